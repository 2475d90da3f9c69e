import { constants } from 'node:fs';
import { access, chmod, copyFile, link, symlink } from 'node:fs/promises';
import { writeContent } from './file-content.ts';
import { hasErrno, withFileErrors } from './file-errors.ts';
import { makeOrReplace, writeNewFile } from './new-file.ts';
import { readTyped } from './read-file.ts';
import { fileTime, setModified } from './set-time.ts';
import { carriedModeBits, type FileMember, type LinkMember, type LocalContent } from './tree-member.ts';

const { COPYFILE_EXCL, COPYFILE_FICLONE, R_OK } = constants;

/** Local files up to this size are copied by the system in one call; larger ones in chunks, with progress. */
const copiedAtOnceBytes = 8 * 1024 * 1024;

/** Puts a file in its place, replacing a file or link that is there. */
export async function placeFile(
  location: string,
  member: FileMember,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<void> {
  const { content, modifiedMs } = member;
  if (isLocal(content) && content.sizeBytes <= copiedAtOnceBytes) {
    await makeOrReplace(location, (name) => copyTo(name, content, member));
    return onBytes(content.sizeBytes);
  }
  const source = isLocal(content) ? readTyped(content.localPath) : content;
  const mode = member.mode === undefined ? undefined : member.mode & carriedModeBits;
  await makeOrReplace(location, (name) =>
    writeNewFile(name, mode, async (handle) => {
      await writeContent(handle, source, signal, onBytes);
      if (modifiedMs !== undefined) await handle.utimes(fileTime(modifiedMs), fileTime(modifiedMs));
    }),
  );
}

/** Puts a symbolic link in its place, replacing a file or link that is there. */
export async function placeLink(location: string, member: LinkMember): Promise<void> {
  await makeOrReplace(location, async (name) => {
    await symlink(member.target, name);
    await setModified(name, member.modifiedMs);
  });
}

/** Gives a file a second name, or copies it where the file system has no hard links. */
export async function placeSameFile(location: string, original: string): Promise<void> {
  await makeOrReplace(location, async (name) => {
    try {
      await link(original, name);
    } catch (error) {
      if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EMLINK')) throw error;
      await copyFile(original, name, COPYFILE_EXCL);
    }
  });
}

async function copyTo(name: string, content: LocalContent, member: FileMember): Promise<void> {
  try {
    await copyFile(content.localPath, name, COPYFILE_EXCL | COPYFILE_FICLONE);
  } catch (error) {
    // Says that it is the source which cannot be read, if it is.
    if (!hasErrno(error, 'EEXIST'))
      await withFileErrors('read', content.localPath, () => access(content.localPath, R_OK));
    throw error;
  }
  if (member.mode !== undefined) await chmod(name, member.mode & carriedModeBits);
  await setModified(name, member.modifiedMs);
}

function isLocal(content: FileMember['content']): content is LocalContent {
  return 'localPath' in content;
}
