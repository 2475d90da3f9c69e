import { RexError } from '../core/errors.ts';

/** The error for a command line that does not fit. */
export function usageError(message: string): RexError<'INVALID_ARGUMENT'> {
  const context = { argument: 'command line', expected: 'what --help shows', received: message };
  return new RexError('INVALID_ARGUMENT', message, context);
}

/** True for a mistake on the command line, its parser's own complaints included. */
export function isUsageError(error: unknown): boolean {
  if (RexError.is(error, 'INVALID_ARGUMENT')) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Says on standard error what went wrong and what to do about it, without a stack. */
export function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const hint = RexError.is(error) && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`hrm-rex: ${message}${hint}\n`);
}
