import { RexError } from '../../core/errors.ts';

/** The error of a weights file that cannot be what it claims to be. */
export function corruptFile(file: string, reason: string, cause?: unknown): RexError<'MODEL_FILE_CORRUPT'> {
  return new RexError(
    'MODEL_FILE_CORRUPT',
    `${file}: ${reason}`,
    { file, reason },
    { hint: 'Fetch or export the file again; it may be truncated.', ...(cause !== undefined && { cause }) },
  );
}
