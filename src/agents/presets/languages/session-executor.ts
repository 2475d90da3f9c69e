import { performance } from 'node:perf_hooks';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { quote } from '../../../core/quote.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import type { ExecutionResult } from './code-result.ts';
import type { ExecuteOptions } from './executor.ts';

const missing = 'program not found';

/** Runs an argv in a subshell of a session; with a `cwd`, its streams are files there, which keeps them apart and exact. */
export async function executeInSession(
  { runtime, session }: { readonly runtime: Runtime; readonly session: Session },
  command: readonly string[],
  { cwd, env = {}, stdin = '', timeoutMs, maxOutputBytes, signal, merged = false }: ExecuteOptions,
): Promise<ExecutionResult> {
  const base = cwd === undefined || merged ? undefined : `${cwd}/.streams-${randomId(8)}`;
  if (base !== undefined) await runtime.files.write(`${base}/in`, stdin);
  const startedAt = performance.now();
  try {
    const script = scriptOf(command, { cwd, env, base });
    const ended = await runLimited(session, script, timeoutMs, signal);
    if (ended.output.trim() === missing) {
      throw new RexError('COMMAND_NOT_STARTED', `${missing}: ${command[0]}`, { command, errno: 'ENOENT' });
    }
    const durationMs = performance.now() - startedAt;
    const { exitCode, timedOut } = ended;
    const end = { exitCode, signal: null, timedOut, durationMs };
    if (base === undefined) return { command, stdout: ended.output, stderr: '', truncated: false, ...end };
    const stdout = await readCut(runtime, `${base}/out`, maxOutputBytes);
    const stderr = await readCut(runtime, `${base}/err`, maxOutputBytes);
    const truncated = stdout.truncated || stderr.truncated;
    return { command, stdout: stdout.text, stderr: stderr.text, truncated, ...end };
  } finally {
    if (base !== undefined) await runtime.files.remove(base, { recursive: true, missing: 'ignore' });
  }
}

function scriptOf(
  command: readonly string[],
  { cwd, env, base }: Pick<ExecuteOptions, 'cwd' | 'env'> & { readonly base: string | undefined },
): string {
  const streams =
    base === undefined ? '</dev/null' : `<${quote(`${base}/in`)} >${quote(`${base}/out`)} 2>${quote(`${base}/err`)}`;
  const lines = [
    ...(cwd === undefined ? [] : [`cd -- ${quote(cwd)} || exit`]),
    ...Object.entries(env ?? {}).map(([name, value]) =>
      value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`,
    ),
    `command -v -- ${quote(command[0] ?? '')} >/dev/null || { echo ${quote(missing)}; exit 127; }`,
    `exec ${command.map(quote).join(' ')} ${streams}`,
  ];
  return `( ${lines.join('\n')} )`;
}

async function runLimited(session: Session, script: string, timeoutMs: number, signal: AbortSignal | undefined) {
  try {
    const { output, exitCode } = await session.run(script, { timeoutMs, ...(signal && { signal }) });
    return { output, exitCode, timedOut: false };
  } catch (error) {
    if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
    return { output: error.context.output, exitCode: null, timedOut: true };
  }
}

async function readCut({ files }: Runtime, path: string, maxBytes: number) {
  if (!(await files.exists(path))) return { text: '', truncated: false };
  const { sizeBytes } = await files.stat(path);
  const errors = 'replace';
  if (sizeBytes <= maxBytes) return { text: await files.readText(path, { errors }), truncated: false };
  const half = Math.floor(maxBytes / 2);
  const head = await files.readText(path, { errors, end: half });
  const tail = await files.readText(path, { errors, start: sizeBytes - half });
  const mark = `\n[... ${sizeBytes - 2 * half} bytes omitted ...]\n`;
  return { text: head + mark + tail, truncated: true };
}
