import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { RexError } from '../../../../core/errors.ts';
import { randomId } from '../../../../core/ids.ts';
import { contentChunks } from '../../../files/file-content.ts';
import { SourceError } from '../../../files/file-errors.ts';
import type { FileContent, FileSystem, WriteOptions } from '../../../files/file-system.ts';
import { type FarFile, isMissing, isStatus, type SftpSession } from './sftp-session.ts';

const writesAtOnce = 16;

/** Told before the content is read: what is there can be replaced by the shell only. */
export class NeedsShell extends Error {}

/**
 * Replaces or creates a file in one step: the content is written beside it and takes its name. An existing file keeps
 * its mode and owner. `rename` moves within the host, replacing what is in the way.
 * @throws NeedsShell before the content is touched
 */
export async function replaceFar(
  session: SftpSession,
  path: string,
  content: FileContent,
  { mode, signal }: WriteOptions,
  rename: FileSystem['rename'],
): Promise<void> {
  const { real, passing, file } = await prepare(session, path, mode);
  try {
    await fill(session, file, content, signal);
    await session.close(file);
    await rename(passing, real);
  } catch (error) {
    await session.close(file).catch(() => {});
    await session.unlink(passing).catch(() => {});
    throw writeError(error, path);
  }
}

/** Adds to the end of a regular file, or makes it. @throws NeedsShell before the content is touched */
export async function appendFar(
  session: SftpSession,
  path: string,
  content: FileContent,
  { mode, signal }: WriteOptions,
): Promise<void> {
  const existing = await orShell(statIfExists(session, path));
  if (existing && !existing.isFile()) throw new NeedsShell();
  const file = await orShell(session.open(path, 'a'));
  try {
    if (!existing && mode !== undefined) await session.setAttributes(file, { mode });
    await fill(session, file, content, signal);
  } catch (error) {
    throw writeError(error, path);
  } finally {
    await session.close(file).catch(() => {});
  }
}

async function prepare(
  session: SftpSession,
  path: string,
  mode: number | undefined,
): Promise<{ readonly real: string; readonly passing: string; readonly file: FarFile }> {
  const existing = await orShell(statIfExists(session, path));
  if (existing && !existing.isFile()) throw new NeedsShell();
  const real = await orShell(session.realPath(path));
  // What may not be written must not be replaced either.
  if (existing) await orShell(session.open(real, 'r+').then((file) => session.close(file)));
  const passing = posix.join(posix.dirname(real), `.hrm-rex-${randomId()}.tmp`);
  const file = await orShell(session.open(passing, 'wx', existing || mode !== undefined ? 0o600 : undefined));
  try {
    if (existing) await session.setAttributes(file, { uid: existing.uid, gid: existing.gid });
    const wanted = existing ? existing.mode & 0o7777 : mode;
    if (wanted !== undefined) await session.setAttributes(file, { mode: wanted });
  } catch {
    await session.close(file).catch(() => {});
    await session.unlink(passing).catch(() => {});
    throw new NeedsShell();
  }
  return { real, passing, file };
}

async function fill(
  session: SftpSession,
  file: FarFile,
  content: FileContent,
  signal: AbortSignal | undefined,
): Promise<void> {
  const underway = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let position = 0;
  for await (const chunk of contentChunks(content, signal)) {
    if (failure) break;
    if (chunk.length === 0) continue;
    const written: Promise<void> = session.write(file, chunk, position).then(
      () => void underway.delete(written),
      (error: unknown) => {
        failure ??= { error };
        underway.delete(written);
      },
    );
    underway.add(written);
    position += chunk.length;
    if (underway.size >= writesAtOnce) await Promise.race(underway);
  }
  await Promise.all(underway);
  if (failure) throw failure.error;
}

async function statIfExists(session: SftpSession, path: string): Promise<Stats | undefined> {
  try {
    return await session.stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What the server refuses, the shell tries: it can do it, or says exactly why not. */
async function orShell<Value>(step: Promise<Value>): Promise<Value> {
  try {
    return await step;
  } catch (error) {
    throw isStatus(error) ? new NeedsShell() : error;
  }
}

/** A server says no more than "failure" about a full disk. */
function writeError(error: unknown, path: string): unknown {
  if (error instanceof SourceError) return error.cause;
  if (!isStatus(error)) return error;
  const context = { path, operation: 'write' };
  if (error.code === 3) {
    return new RexError('PERMISSION_DENIED', `cannot write ${path}: the host refuses it`, context, { cause: error });
  }
  const hint = 'Make room there, or raise the quota or file size limit of the account.';
  return new RexError('DISK_FULL', `cannot write ${path}: the host takes no more bytes`, context, {
    hint,
    cause: error,
  });
}
