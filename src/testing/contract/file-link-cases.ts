import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { expectError, rejectionOf } from './expect-error.ts';
import type { RuntimeSuite } from './suite.ts';

/** Makes a link in the target the one way that every implementation has: by the upload of a directory with one. */
async function makeLink(runtime: Runtime, target: string, path: string): Promise<void> {
  const local = await mkdtemp(join(tmpdir(), 'hrm-rex-link-'));
  try {
    await symlink(target, join(local, basename(path)));
    await runtime.files.upload(local, dirname(path));
  } finally {
    await rm(local, { recursive: true });
  }
}

/** Symbolic links. */
export function fileLinkCases(suite: RuntimeSuite): void {
  const test = suite.group('links', 'links');

  test('are described themselves', async ({ runtime, directory }) => {
    await runtime.files.write(`${directory}/file`, '12345');
    await makeLink(runtime, 'file', `${directory}/link`);
    const link = await runtime.files.stat(`${directory}/link`);
    assert.deepEqual([link.type, link.name, link.target], ['symlink', 'link', 'file']);
    const entry = (await runtime.files.list(directory)).find(({ name }) => name === 'link');
    assert.deepEqual([entry?.type, entry?.target], ['symlink', 'file']);
  });

  test('are followed when something is read or written', async ({ runtime: { files }, runtime, directory }) => {
    await files.write(`${directory}/real/file`, 'one');
    await makeLink(runtime, 'real', `${directory}/link`);
    await makeLink(runtime, 'real/file', `${directory}/direct`);
    assert.equal(await files.readText(`${directory}/link/file`), 'one');
    await files.write(`${directory}/direct`, 'two');
    assert.equal(await files.readText(`${directory}/real/file`), 'two');
    assert.equal((await files.stat(`${directory}/direct`)).type, 'symlink');
  });

  test('are not followed by a recursive list', async ({ runtime: { files }, runtime, directory }) => {
    await files.write(`${directory}/real/file`, '');
    await makeLink(runtime, '.', `${directory}/real/loop`);
    const names = (await files.list(directory, { recursive: true })).map((entry) => entry.name);
    assert.deepEqual(names, ['real', 'file', 'loop']);
  });

  test('are removed without what they point to', async ({ runtime: { files }, runtime, directory }) => {
    await files.write(`${directory}/real/file`, 'kept');
    await makeLink(runtime, 'real', `${directory}/tree/link`);
    await files.remove(`${directory}/tree`, { recursive: true });
    await makeLink(runtime, 'real', `${directory}/link`);
    await files.remove(`${directory}/link`);
    assert.equal(await files.readText(`${directory}/real/file`), 'kept');
  });

  test('move without what they point to', async ({ runtime: { files }, runtime, directory }) => {
    await files.write(`${directory}/file`, 'kept');
    await makeLink(runtime, 'file', `${directory}/link`);
    await files.rename(`${directory}/link`, `${directory}/moved`);
    assert.equal((await files.stat(`${directory}/moved`)).target, 'file');
    assert.equal((await files.stat(`${directory}/file`)).type, 'file');
  });

  test('may point to nothing, and say so when they are read', async ({ runtime: { files }, runtime, directory }) => {
    await makeLink(runtime, 'missing', `${directory}/link`);
    assert.equal((await files.stat(`${directory}/link`)).target, 'missing');
    await expectError(files.readText(`${directory}/link`), 'FILE_NOT_FOUND');
  });

  test('that point to themselves are an error, not a hang', async ({ runtime: { files }, runtime, directory }) => {
    await makeLink(runtime, 'link', `${directory}/link`);
    const { context } = await expectError(files.readText(`${directory}/link`), 'FILE_ERROR');
    assert.equal(context.errno, 'ELOOP');
  });

  test('are never written through by an upload', async ({
    runtime: { files },
    runtime,
    directory,
    makeLocalDirectory,
  }) => {
    await files.mkdir(`${directory}/outside`);
    await makeLink(runtime, '../outside', `${directory}/in/sub`);
    const local = await makeLocalDirectory();
    await mkdir(join(local, 'sub'));
    await writeFile(join(local, 'sub/file'), 'x');
    await rejectionOf(files.upload(local, `${directory}/in`));
    assert.deepEqual(await files.list(`${directory}/outside`), []);
  });
}
