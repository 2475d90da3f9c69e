import { deferred } from '../../../core/deferred.ts';
import { ByteLog } from '../../process/byte-log.ts';
import { type Command, type CommandResult, defaultMaxOutputBytes } from '../../process/command.ts';
import { commandError } from '../../process/command-error.ts';
import { armLimits, type LimitOptions } from '../../process/limits.ts';
import { outputText } from '../../process/output-text.ts';
import type { ExitReason } from '../../process/process-handle.ts';
import type { DummyResponse } from './dummy-script.ts';

/** What a response prints, as a process's log would hold it. */
export function toLog(
  response: DummyResponse,
  options: { readonly maxOutputBytes?: number | undefined; readonly streams?: 'separate' | 'merged' | undefined },
): ByteLog {
  const log = new ByteLog(options.maxOutputBytes ?? defaultMaxOutputBytes);
  log.append('stdout', Buffer.from(response.stdout ?? response.output ?? ''));
  log.append(options.streams === 'merged' ? 'stdout' : 'stderr', Buffer.from(response.stderr ?? ''));
  log.close();
  return log;
}

/** Exit code of a response: 0 unless it says otherwise. */
export function exitCodeOf({ exitCode, signal, matched }: DummyResponse): number | null {
  if (exitCode !== undefined) return exitCode;
  return signal || matched !== undefined ? null : 0;
}

/** A response as the result of a command. */
export function toResult(command: Command, response: DummyResponse, log: ByteLog): CommandResult {
  const { signal = null, failureReason = '', durationMs = 0 } = response;
  return { command, ...outputText(log), exitCode: exitCodeOf(response), signal, failureReason, durationMs };
}

/**
 * Makes an answer within the limits of its call. `stop` is aborted when nobody waits for it any longer.
 * @throws COMMAND_TIMEOUT, COMMAND_IDLE_TIMEOUT, COMMAND_ABORTED
 */
export async function answerWithin(
  make: () => Promise<DummyResponse>,
  command: Command,
  options: LimitOptions,
  stop: AbortController,
): Promise<DummyResponse> {
  const expired = deferred<ExitReason>();
  using _limits = armLimits(options, expired.resolve);
  const outcome = await Promise.race([make(), expired.promise]);
  if (typeof outcome !== 'string') return outcome;
  stop.abort();
  const nothing = { command, output: '', stdout: '', stderr: '', exitCode: null, signal: null, failureReason: '' };
  throw commandError(outcome, nothing, options as Parameters<typeof commandError>[2]);
}
