import { RexError } from '../../core/errors.ts';
import { shorten } from '../process/command-error.ts';
import type { ChannelEnd } from './channel.ts';

interface Printed {
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

const nothing: Printed = { output: '', stdout: '', stderr: '' };

/** The shell is gone: how it ended, and what the command that it ended with had printed. */
export function sessionEnded(
  session: string,
  end: (ChannelEnd & { readonly failureReason: string }) | undefined,
  command: string,
  printed: Printed = nothing,
): RexError<'SESSION_ENDED'> {
  const { exitCode, signal, failureReason } = end ?? { exitCode: null, signal: null, failureReason: '' };
  const how = signal ? `was ended by ${signal}` : exitCode === null ? 'is closed' : `exited with code ${exitCode}`;
  const why = failureReason ? ` (${failureReason})` : '';
  const { output, stdout, stderr } = printed;
  const context = { session, command, output, stdout, stderr, exitCode, signal };
  const hint = 'Create the session again: its name is free.';
  return new RexError('SESSION_ENDED', `the shell of session ${session} ${how}${why}`, context, { hint });
}

/** A program that an earlier match left running is in the way. */
export function sessionBusy(session: string, script: string): RexError<'SESSION_BUSY'> {
  const running = shorten(script);
  const message = `a program is still running in session ${session}: ${running}`;
  const hint = 'Answer it with `interactive: true` or `send`, wait for it with `waitFor`, or `interrupt` it.';
  return new RexError('SESSION_BUSY', message, { session, running }, { hint });
}

/** Nobody is there to send to or wait for. */
export function noProgram(session: string, operation: string): RexError<'PROCESS_ENDED'> {
  const message = `no program runs in session ${session}`;
  const hint = 'Start one with `run(command, { expect })` or `run(command, { interactive: true })`.';
  return new RexError('PROCESS_ENDED', message, { id: session, operation }, { hint });
}

/** A script that bash cannot parse; `printed` is what bash says about it. */
export function syntaxError(
  session: string,
  command: string,
  printed: Printed & { readonly exitCode: number | null },
): RexError<'SESSION_SYNTAX'> {
  const { output, stdout, stderr, exitCode } = printed;
  const context = { session, command, output, stdout, stderr, exitCode, signal: null };
  const hint = 'Nothing of it was run. Mend the line that is named.';
  return new RexError('SESSION_SYNTAX', `the script does not parse:\n${output.trimEnd()}`, context, { hint });
}

/** The shell came up, but what it should have read did not let it. */
export function startFailed(
  session: string,
  reason: string,
  output: string,
  cause?: unknown,
): RexError<'SESSION_START_FAILED'> {
  const message = `session ${session} did not start: ${reason}`;
  const hint = 'See `context.output`. Try `loadRc: false`, or raise `startupTimeoutMs`.';
  return new RexError('SESSION_START_FAILED', message, { session, output, reason }, { hint, cause });
}

/** What an error of the startup script means for the start. */
export function toStartError(error: unknown, session: string, timeoutMs: number): unknown {
  if (RexError.is(error, 'COMMAND_TIMEOUT')) {
    return startFailed(session, `the startup files took more than ${timeoutMs} ms`, error.context.output, error);
  }
  if (RexError.is(error, 'SESSION_ENDED')) return startFailed(session, error.message, error.context.output, error);
  if (RexError.is(error, 'COMMAND_ABORTED')) return startFailed(session, 'aborted', error.context.output, error);
  return error;
}
