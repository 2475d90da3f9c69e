import { performance } from 'node:perf_hooks';
import { RexError } from '../../../core/errors.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import type { ExecutionResult } from './code-result.ts';
import { executeInSession } from './session-executor.ts';

/** How a command of a language runs. */
export interface ExecuteOptions {
  /** Absolute. Default: the runtime's or the session's. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly stdin?: string | Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** `stdout` is both streams in the order of arrival, and no files hold them. Default false. */
  readonly merged?: boolean | undefined;
}

/** Where code runs: a runtime, or a session of it, whose variables and functions of the shell the programs then see. */
export interface CodePlace {
  readonly runtime: Runtime;
  readonly session?: Session | undefined;
}

/** Whether a command was not started because its program is not there, and not for want of its working directory. */
export function isProgramMissing(error: unknown): error is RexError<'COMMAND_NOT_STARTED'> {
  if (!RexError.is(error, 'COMMAND_NOT_STARTED')) return false;
  return error.context.errno === 'ENOENT' && error.context.missingCwd === undefined;
}

/** Runs an argv; a time limit is a result. @throws COMMAND_NOT_STARTED with `ENOENT` for a missing program */
export async function executeIn(
  { runtime, session }: CodePlace,
  command: readonly string[],
  options: ExecuteOptions,
): Promise<ExecutionResult> {
  if (session) return await executeInSession({ runtime, session }, command, options);
  const { cwd, env = {}, stdin = '', timeoutMs, maxOutputBytes, signal, merged = false } = options;
  const startedAt = performance.now();
  try {
    const result = await runtime.execute(command, {
      ...{ env, stdin, timeoutMs, maxOutputBytes },
      ...(cwd !== undefined && { cwd }),
      ...(signal && { signal }),
    });
    const { exitCode, truncated, durationMs } = result;
    const end = { exitCode, signal: result.signal, timedOut: false, truncated, durationMs };
    return { command, ...printed(result, merged), ...end };
  } catch (error) {
    if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
    const end = { exitCode: null, signal: error.context.signal, timedOut: true, truncated: false };
    return { command, ...printed(error.context, merged), ...end, durationMs: performance.now() - startedAt };
  }
}

function printed(
  { output, stdout, stderr }: { readonly output: string; readonly stdout: string; readonly stderr: string },
  merged: boolean,
): Pick<ExecutionResult, 'stdout' | 'stderr'> {
  return merged ? { stdout: output, stderr: '' } : { stdout, stderr };
}
