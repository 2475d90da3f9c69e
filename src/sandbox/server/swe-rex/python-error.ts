import { RexError } from '../../../core/errors.ts';
import type { PythonException } from '../../protocol/exception-transfer.ts';

/** An error that goes out as exactly this Python exception. */
export function pythonError(exception: PythonException): RexError<'REMOTE_ERROR'> {
  const { classPath, message, extraInfo = {} } = exception;
  return new RexError('REMOTE_ERROR', message, { classPath, extraInfo });
}
