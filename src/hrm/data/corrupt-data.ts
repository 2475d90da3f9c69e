import { RexError } from '../../core/errors.ts';

/** The error of a data file that cannot be what it claims to be. */
export function corruptData(file: string, reason: string, cause?: unknown): RexError<'DATA_FILE_CORRUPT'> {
  const options = { hint: 'Build the data set again.', ...(cause !== undefined && { cause }) };
  return new RexError('DATA_FILE_CORRUPT', `${file}: ${reason}`, { file, reason }, options);
}
