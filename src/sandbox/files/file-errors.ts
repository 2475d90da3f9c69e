import type { ErrorCode } from '../../core/error-codes.ts';
import { invalidArgument, RexError } from '../../core/errors.ts';

type FileErrorCode = Extract<
  ErrorCode,
  | 'FILE_NOT_FOUND'
  | 'FILE_EXISTS'
  | 'PERMISSION_DENIED'
  | 'IS_DIRECTORY'
  | 'NOT_DIRECTORY'
  | 'DIRECTORY_NOT_EMPTY'
  | 'DISK_FULL'
>;

type Explanation = readonly [code: FileErrorCode, reason: string, hint: string];

const denied = 'Check the owner and the permission bits of the path and of the directories above it.';
const full = 'Free some space on that file system, or write elsewhere.';

const explanations: Readonly<Record<string, Explanation>> = {
  ENOENT: ['FILE_NOT_FOUND', 'no such file or directory', 'Relative paths start at the working directory.'],
  EEXIST: ['FILE_EXISTS', 'it exists already', 'Remove it first, or choose another name.'],
  EACCES: ['PERMISSION_DENIED', 'permission denied', denied],
  EPERM: ['PERMISSION_DENIED', 'operation not permitted', denied],
  EROFS: ['PERMISSION_DENIED', 'the file system is read-only', 'Choose a path on a writable file system.'],
  EISDIR: ['IS_DIRECTORY', 'it is a directory', 'Name a file inside it.'],
  ENOTDIR: ['NOT_DIRECTORY', 'a part of the path is no directory', 'Check which part of the path is a file.'],
  ENOTEMPTY: ['DIRECTORY_NOT_EMPTY', 'the directory is not empty', 'Pass `recursive: true` to remove all below it.'],
  ENOSPC: ['DISK_FULL', 'no space left on the device', full],
  EDQUOT: ['DISK_FULL', 'the disk quota is used up', full],
};

const otherHints: Readonly<Record<string, string>> = {
  ELOOP: 'The symbolic links of the path lead in a circle.',
  ENAMETOOLONG: 'A name has at most 255 bytes, a path 4,096.',
  EMFILE: 'Use fewer files at once, or raise the limit (`ulimit -n`).',
  ENFILE: 'Use fewer files at once, or raise the limit of the system.',
  EBUSY: 'Something uses the path: a mount point, or a program that runs.',
  ETXTBSY: 'The program runs: end it first, or write under another name and rename.',
  EXDEV: 'The two paths are on different file systems.',
  ENXIO: 'Nobody reads from the pipe, or the device does not exist.',
  EILSEQ: 'Rename the entry: only names in UTF-8 can be carried.',
};

/** The errno of a broken or cut archive: what POSIX calls a bad message. */
export const brokenArchiveErrno = 'EBADMSG';

/** An errno that this package itself finds; {@link fileError} types it like one of the system. */
export class SystemError extends Error {
  /** Errno, for example `EISDIR`. */
  readonly code: string;
  /** Words that replace the usual ones. */
  readonly reason: string | undefined;

  constructor(code: string, reason?: string) {
    super(reason ?? code);
    this.code = code;
    this.reason = reason;
  }
}

/** Carries an error of a caller's stream past {@link fileError}, which would take its errno for that of the file. */
export class SourceError extends Error {
  constructor(cause: unknown) {
    super('the source of the content failed', { cause });
  }
}

/**
 * The typed form of what the system said about a file, or the very same error where it is typed already or comes from
 * elsewhere (an abort reason, the source of a stream).
 */
export function fileError(error: unknown, operation: string, path: string): unknown {
  if (error instanceof SourceError) return error.cause;
  if (RexError.is(error) || !(error instanceof Error)) return error;
  const errno = (error as NodeJS.ErrnoException).code;
  if (errno === 'ERR_INVALID_ARG_VALUE') return invalidArgument('path', 'a path without NUL bytes', path);
  if (errno === 'ERR_FS_FILE_TOO_LARGE') return tooLarge(operation, path, error);
  return errno !== undefined && /^E[A-Z0-9]+$/.test(errno) ? errnoError(errno, operation, path, error) : error;
}

function errnoError(errno: string, operation: string, path: string, error: Error): RexError {
  const known = explanations[errno];
  const ours = error instanceof SystemError;
  const reason = (ours ? error.reason : undefined) ?? known?.[1] ?? error.message;
  const message = `cannot ${operation} ${path}: ${reason}`;
  const cause = ours ? {} : { cause: error };
  if (known !== undefined) return new RexError(known[0], message, { path, operation }, { hint: known[2], ...cause });
  const hint = otherHints[errno] ?? 'See `cause` for what the system said.';
  return new RexError('FILE_ERROR', message, { path, operation, errno }, { hint, ...cause });
}

/** The error for an archive that is no archive, is cut short or contradicts itself. */
export function brokenArchive(
  path: string,
  operation: string,
  reason: string,
  cause?: unknown,
): RexError<'FILE_ERROR'> {
  const context = { path, operation, errno: brokenArchiveErrno };
  const hint = 'The archive is damaged or was cut on the way: make or send it again.';
  return new RexError('FILE_ERROR', `cannot ${operation} ${path}: ${reason}`, context, { hint, cause });
}

/** True for the error of a broken archive, see {@link brokenArchive}. */
export function isBrokenArchive(error: unknown): error is RexError<'FILE_ERROR'> {
  return RexError.is(error, 'FILE_ERROR') && error.context.errno === brokenArchiveErrno;
}

/** True for a system error with one of the given errnos. */
export function hasErrno(error: unknown, ...errnos: readonly string[]): boolean {
  return error instanceof Error && errnos.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Runs an operation on a path and types what it throws. */
export async function withFileErrors<Value>(
  operation: string,
  path: string,
  action: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error, operation, path);
  }
}

function tooLarge(operation: string, path: string, cause: Error): RexError<'LIMIT_EXCEEDED'> {
  const context = { limit: 'bytes of a file in memory', maximum: 2 ** 31 };
  const options = { hint: 'Read a range of it, or use `readStream`.', cause };
  return new RexError('LIMIT_EXCEEDED', `cannot ${operation} ${path} at once: it is too large`, context, options);
}
