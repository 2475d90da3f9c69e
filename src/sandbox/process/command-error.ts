import type { CommandErrorContext } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';
import type { CommandResult } from './command.ts';
import type { ExitReason } from './process-handle.ts';

interface ErrorOptions {
  readonly timeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Finished = CommandErrorContext & Pick<CommandResult, 'failureReason'>;

/** The error for a command that a limit or its caller ended; undefined when it ended by itself or by a kill. */
export function commandError(reason: ExitReason, result: Finished, options: ErrorOptions): RexError | undefined {
  const context = contextOf(result);
  const shown = shorten(result.command);
  switch (reason) {
    case 'timeout': {
      const timeoutMs = options.timeoutMs as number;
      const hint = 'What it printed is in `context.output`. Raise `timeoutMs`, or spawn it and follow it.';
      return new RexError(
        'COMMAND_TIMEOUT',
        `no end within ${timeoutMs} ms: ${shown}`,
        { ...context, timeoutMs },
        { hint },
      );
    }
    case 'idle': {
      const idleTimeoutMs = options.idleTimeoutMs as number;
      const hint = 'What it printed is in `context.output`; it may be waiting for input.';
      const message = `no output for ${idleTimeoutMs} ms: ${shown}`;
      return new RexError('COMMAND_IDLE_TIMEOUT', message, { ...context, idleTimeoutMs }, { hint });
    }
    case 'abort':
      return new RexError('COMMAND_ABORTED', `aborted: ${shown}`, context, { cause: options.signal?.reason });
    default:
      return undefined;
  }
}

/** The error that `check: 'raise'` makes of a non-zero exit. */
export function failedError(result: Finished): RexError<'COMMAND_FAILED'> {
  const how = result.signal ? `was ended by ${result.signal}` : `failed with exit code ${result.exitCode}`;
  const why = result.failureReason ? ` (${result.failureReason})` : '';
  const tail = (result.stderr || result.output).trimEnd().slice(-500);
  const message = `${shorten(result.command)} ${how}${why}${tail ? `:\n${tail}` : ''}`;
  return new RexError('COMMAND_FAILED', message, contextOf(result), {
    hint: 'See `context.output` for what it printed.',
  });
}

/** @throws COMMAND_ABORTED when the caller gave up before the command began. */
export function assertNotAborted(command: string | readonly string[], signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const context = { command, output: '', stdout: '', stderr: '', exitCode: null, signal: null };
  throw new RexError('COMMAND_ABORTED', `aborted before it began: ${shorten(command)}`, context, {
    cause: signal.reason,
  });
}

/** A command as one short line. */
export function shorten(command: string | readonly string[]): string {
  const text = typeof command === 'string' ? command : command.join(' ');
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function contextOf(result: Finished): CommandErrorContext {
  const { command, output, stdout, stderr, exitCode, signal } = result;
  return { command, output, stdout, stderr, exitCode, signal };
}
