import { RexError } from '../../../core/errors.ts';
import { fileError, SystemError } from '../../files/file-errors.ts';

/** How programs word an errno in the C locale: glibc, musl, and the shells for their own redirections. */
const wordings: Readonly<Record<string, string>> = {
  ENOENT: 'no such file(?: or directory)?|nonexistent directory|directory nonexistent',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  EEXIST: 'file exists',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  ENOSPC: 'no space left on device|wrote only \\d+ of \\d+ bytes',
  EDQUOT: '(?:disk )?quota exceeded',
  ELOOP: 'too many levels of symbolic links|symbolic link loop',
  ENAMETOOLONG: 'file ?name too long',
  EBUSY: '(?:device or )?resource busy',
  ETXTBSY: 'text file busy',
  EXDEV: '(?:invalid )?cross-device link',
  EFBIG: 'file too large',
  EMFILE: 'too many open files|no file descriptors available',
  ENFILE: 'too many open files in system',
  ENXIO: 'no such device or address',
  EINVAL: 'invalid argument|subdirectory of itself[^\\n]*',
};

/** What a script of ours says when it gives up by itself: an errno and, where it is another one, the path. */
const ownReport = /^hrm-rex: (E[A-Z0-9]+)(?: ([\s\S]+?))?\n?(?![\s\S])/m;
const ownReasons: Readonly<Record<string, string>> = {
  EINVAL: 'it is not what this can be done with',
  EIO: 'it cannot be reached',
  ELOOP: 'too many symbolic links',
  ENXIO: 'it is a named pipe',
  EPIPE: 'what was sent is not whole',
};
const missingTool = /^hrm-rex: missing (.+)$/m;

/** Which operation of which path a script carries out. */
export interface Purpose {
  readonly operation: string;
  readonly path: string;
}

/** The typed error for what a failed script or a program in it said; `name` is the target's. */
export function scriptError(text: string, { operation, path }: Purpose, name: string): unknown {
  const tool = missingTool.exec(text)?.[1];
  if (tool !== undefined) return toolMissing(tool, operation, name);
  const own = ownReport.exec(text);
  if (own !== null) {
    const [, errno = '', elsewhere = path] = own;
    return fileError(new SystemError(errno, ownReasons[errno]), operation, elsewhere);
  }
  for (const [errno, wording] of Object.entries(wordings)) {
    const found = new RegExp(`(?:^|: )(${wording})$`, 'im').exec(text);
    if (found !== null) return fileError(systemError(errno, found[1] as string), operation, path);
  }
  const said = text.trim().slice(-500);
  return fileError(new SystemError('EIO', said === '' ? 'the script failed without a word' : said), operation, path);
}

/** The error for a script whose end nobody saw. */
export function outcomeUnknown({ operation, path }: Purpose, reason: string): RexError<'OUTCOME_UNKNOWN'> {
  const message = `cannot tell whether the ${operation} of ${path} took place: ${reason}`;
  const hint = 'The link broke before the answer came: look at the target before trying again.';
  return new RexError('OUTCOME_UNKNOWN', message, { operation: `files.${operation}`, reason }, { hint });
}

const wellWorded = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EEXIST', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY']);

function systemError(errno: string, words: string): SystemError {
  return wellWorded.has(errno) ? new SystemError(errno) : new SystemError(errno, words.toLowerCase());
}

function toolMissing(tool: string, operation: string, name: string): RexError<'UNSUPPORTED'> {
  const message = `cannot ${operation} files of ${name}: it has no \`${tool}\``;
  const hint = `Install \`${tool}\` in the target (GNU coreutils, GNU tar or busybox bring it).`;
  return new RexError('UNSUPPORTED', message, { feature: `${tool} in ${name}` }, { hint });
}
