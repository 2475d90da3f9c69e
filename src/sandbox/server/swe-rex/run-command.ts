import { constants } from 'node:os';
import { RexError } from '../../../core/errors.ts';
import type { SpawnOptions } from '../../process/command.ts';
import type { ExitStatus, ProcessHandle } from '../../process/process-handle.ts';
import { decodeUtf8 } from '../../protocol/python-decode.ts';
import { failedCommand, osError, timeoutOfCommand } from '../../protocol/python-exceptions.ts';
import type { ExecuteRequest } from '../../protocol/swe-rex-requests.ts';
import type { CommandResponse } from '../../protocol/swe-rex-responses.ts';
import type { ProcessDesk } from '../process-desk.ts';
import { pythonError } from './python-error.ts';
import { toMilliseconds } from './run-action.ts';

/** Runs an {@link ExecuteRequest} with SWE-ReX's meaning of every field. */
export async function runCommand(
  desk: ProcessDesk,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<CommandResponse> {
  const handle = await start(desk, request);
  const abort = () => desk.abort(handle.id);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    const { stdout, stderr, exit } = await collect(handle);
    if (exit.reason === 'timeout') throw pythonError(timeoutOfCommand(request.timeout ?? 0, stdout, stderr));
    if (exit.reason === 'abort') await handle.result();
    const exitCode = exit.exitCode ?? -signalNumber(exit.signal);
    if (request.check && exitCode !== 0) {
      throw pythonError(failedCommand(request.command, { exitCode, stdout, stderr }, request.error_msg));
    }
    return { stdout, stderr, exit_code: exitCode };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function start(desk: ProcessDesk, request: ExecuteRequest): Promise<ProcessHandle> {
  const { command, shell, cwd, env, timeout } = request;
  const words = typeof command === 'string' ? [command] : command;
  const options: SpawnOptions = {
    streams: request.merge_output_streams ? 'merged' : 'separate',
    ...(cwd === null ? {} : { cwd }),
    ...(env === null ? {} : { env, inheritEnv: false }),
    ...(timeout === null ? {} : { timeoutMs: toMilliseconds(timeout) }),
  };
  try {
    return await desk.spawn(shell ? ['/bin/sh', '-c', ...words] : words, options);
  } catch (error) {
    if (!RexError.is(error, 'COMMAND_NOT_STARTED') || error.context.errno === undefined) throw error;
    const aboutDirectory = cwd !== null && error.message.includes('working directory');
    throw pythonError(osError(error.context.errno, aboutDirectory ? cwd : (words[0] ?? '')));
  }
}

interface Collected {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: ExitStatus;
}

/**
 * Both streams as Python's `backslashreplace` shows them, with a mark where the middle was dropped. Read after the end,
 * when no more than the limit is kept.
 */
async function collect(handle: ProcessHandle): Promise<Collected> {
  const exit = await handle.wait();
  const streams: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const event of handle.read({ follow: false })) {
    if (event.type === 'output') streams[event.stream].push(event.data);
    else if (event.type === 'gap')
      streams.stdout.push(Buffer.from(`\n[... ${event.to - event.from} bytes omitted ...]\n`));
  }
  return { stdout: toText(streams.stdout), stderr: toText(streams.stderr), exit };
}

function toText(chunks: readonly Uint8Array[]): string {
  const decoded = decodeUtf8(Buffer.concat(chunks), 'backslashreplace');
  return 'text' in decoded ? decoded.text : '';
}

function signalNumber(signal: string | null): number {
  return (constants.signals as Readonly<Record<string, number>>)[signal ?? ''] ?? 1;
}
