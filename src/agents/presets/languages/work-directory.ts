import { posix } from 'node:path';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';

/** A directory of the target for code and what is built of it; disposing it removes what was not there before. */
export interface WorkDirectory extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  /** For what is built; always removed. */
  readonly build: string;
}

/** Makes the directory that a caller names, or one of its own in the target's `/tmp` (else in the working directory). */
export async function openWorkDirectory(runtime: Runtime, directory: string | undefined): Promise<WorkDirectory> {
  const path = directory === undefined ? await makeTemporary(runtime) : await absolutePath(runtime, directory);
  const build = `${path}/.build-${randomId(8)}`;
  await runtime.files.mkdir(build);
  return {
    path,
    build,
    [Symbol.asyncDispose]: () =>
      runtime.files.remove(directory === undefined ? path : build, { recursive: true, missing: 'ignore' }),
  };
}

const unusable = new Set(['PATH_ESCAPE', 'PERMISSION_DENIED', 'FILE_ERROR', 'FILE_NOT_FOUND', 'DISK_FULL']);

async function makeTemporary(runtime: Runtime): Promise<string> {
  const name = `hrm-rex-code-${randomId(12)}`;
  try {
    await runtime.files.mkdir(`/tmp/${name}`, { mode: 0o700 });
    return `/tmp/${name}`;
  } catch (error) {
    if (!RexError.is(error) || !unusable.has(error.code)) throw error;
  }
  await runtime.files.mkdir(`.${name}`);
  return await absolutePath(runtime, `.${name}`);
}

async function absolutePath(runtime: Runtime, directory: string): Promise<string> {
  await runtime.files.mkdir(directory);
  if (posix.isAbsolute(directory)) return posix.normalize(directory).replace(/(?<=.)\/$/, '');
  const { stdout } = await runtime.execute(['pwd', '-P'], { cwd: directory, check: 'raise' });
  return stdout.replace(/\n$/, '');
}

/** A path below the directory, as it is written. @throws INVALID_ARGUMENT for one that leads out of it */
export function checkFileName(path: string): string {
  const normal = posix.normalize(path);
  if (path !== '' && !posix.isAbsolute(path) && normal !== '.' && !/^\.\.(?:\/|$)/.test(normal)) return normal;
  throw invalidArgument('files', 'paths below the directory', path);
}
