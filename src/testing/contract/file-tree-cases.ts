import assert from 'node:assert/strict';
import { randomId } from '../../core/ids.ts';
import { expectError } from './expect-error.ts';
import type { RuntimeSuite } from './suite.ts';

/** Directories and what is in them. */
export function fileTreeCases(suite: RuntimeSuite): void {
  const test = suite.group('files');

  test('say what they are', async ({ runtime: { files }, directory }) => {
    const before = Date.now() - 5_000;
    await files.write(`${directory}/file`, '12345');
    const file = await files.stat(`${directory}/file`);
    assert.deepEqual([file.type, file.name, file.sizeBytes, file.target], ['file', 'file', 5, undefined]);
    assert.ok(file.path.endsWith('/file'));
    assert.ok(file.modifiedAt instanceof Date && file.modifiedAt.getTime() > before);
    const above = await files.stat(directory);
    assert.equal(above.type, 'directory');
    assert.ok(directory.endsWith(above.name));
  });

  test('exist or do not', async ({ runtime: { files }, directory }) => {
    assert.equal(await files.exists(directory), true);
    assert.equal(await files.exists(`${directory}/file`), false);
    await files.write(`${directory}/file`, '');
    assert.equal(await files.exists(`${directory}/file`), true);
    assert.equal(await files.exists(`${directory}/file/below`), false);
  });

  test('are listed by name, sorted', async ({ runtime: { files }, directory }) => {
    for (const name of ['b', 'a', 'C', '10', '9', '.hidden']) await files.write(`${directory}/${name}`, name);
    await files.mkdir(`${directory}/dir`);
    const entries = await files.list(directory);
    assert.deepEqual(
      entries.map((entry) => entry.name),
      ['.hidden', '10', '9', 'C', 'a', 'b', 'dir'],
    );
    assert.deepEqual([entries[0]?.type, entries[1]?.sizeBytes, entries[6]?.type], ['file', 2, 'directory']);
    assert.ok(entries.every((entry) => entry.path.endsWith(`/${entry.name}`)));
  });

  test('are listed with everything below, depth first', async ({ runtime: { files }, directory }) => {
    for (const path of ['b/2', 'b/1/x', 'a', 'c/y']) await files.write(`${directory}/${path}`, '');
    await files.mkdir(`${directory}/empty`);
    const entries = await files.list(directory, { recursive: true });
    assert.deepEqual(
      entries.map((entry) => entry.path.slice(entry.path.lastIndexOf(directory) + directory.length + 1)),
      ['a', 'b', 'b/1', 'b/1/x', 'b/2', 'c', 'c/y', 'empty'],
    );
  });

  test('are listed as nothing in an empty directory', async ({ runtime: { files }, directory }) => {
    assert.deepEqual(await files.list(directory), []);
    assert.deepEqual(await files.list(directory, { recursive: true }), []);
  });

  test('are made as directories, with parents, twice', async ({ runtime: { files }, directory }) => {
    await files.mkdir(`${directory}/a/b/c`);
    await files.mkdir(`${directory}/a/b/c`);
    assert.equal((await files.stat(`${directory}/a/b/c`)).type, 'directory');
  });

  test('are made as one directory when told so', async ({ runtime: { files }, directory }) => {
    await expectError(files.mkdir(`${directory}/a/b`, { parents: false }), 'FILE_NOT_FOUND');
    await files.mkdir(`${directory}/a`, { parents: false });
    await expectError(files.mkdir(`${directory}/a`, { parents: false }), 'FILE_EXISTS');
  });

  test('do not become directories', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, '');
    await expectError(files.mkdir(`${directory}/file`), 'FILE_EXISTS');
    await expectError(files.mkdir(`${directory}/file/below`), 'NOT_DIRECTORY');
  });

  test('are removed', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/file`, '');
    await files.mkdir(`${directory}/empty`);
    await files.remove(`${directory}/file`);
    await files.remove(`${directory}/empty`);
    assert.deepEqual(await files.list(directory), []);
  });

  test('are removed with everything below only when asked', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/a/b/file`, '');
    await expectError(files.remove(`${directory}/a`), 'DIRECTORY_NOT_EMPTY');
    assert.equal(await files.exists(`${directory}/a/b/file`), true);
    await files.remove(`${directory}/a`, { recursive: true });
    assert.equal(await files.exists(`${directory}/a`), false);
  });

  test('must exist to be removed unless told otherwise', async ({ runtime: { files }, directory }) => {
    await expectError(files.remove(`${directory}/missing`), 'FILE_NOT_FOUND');
    await expectError(files.remove(`${directory}/missing`, { recursive: true }), 'FILE_NOT_FOUND');
    await files.remove(`${directory}/missing`, { missing: 'ignore' });
    await files.remove(`${directory}/missing/below`, { missing: 'ignore', recursive: true });
  });

  test('move, with all below them', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/from/file`, 'moved');
    await files.rename(`${directory}/from`, `${directory}/to`);
    assert.equal(await files.exists(`${directory}/from`), false);
    assert.equal(await files.readText(`${directory}/to/file`), 'moved');
  });

  test('replace a file when they move', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/from`, 'new');
    await files.write(`${directory}/to`, 'old');
    await files.rename(`${directory}/from`, `${directory}/to`);
    assert.equal(await files.readText(`${directory}/to`), 'new');
  });

  test('never replace a directory that is not empty', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/to/keep`, 'kept');
    await files.mkdir(`${directory}/from`);
    await expectError(files.rename(`${directory}/from`, `${directory}/to`), 'DIRECTORY_NOT_EMPTY');
    await files.write(`${directory}/file`, 'x');
    await expectError(files.rename(`${directory}/file`, `${directory}/to`), 'IS_DIRECTORY');
    assert.equal(await files.readText(`${directory}/to/keep`), 'kept');
  });

  test('must exist to move', async ({ runtime: { files }, directory }) => {
    await expectError(files.rename(`${directory}/missing`, `${directory}/to`), 'FILE_NOT_FOUND');
    await files.write(`${directory}/from`, '');
    await expectError(files.rename(`${directory}/from`, `${directory}/no/such/place`), 'FILE_NOT_FOUND');
  });

  const testModes = suite.group('files', 'modes');

  testModes('get the mode that is asked for', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/tool`, '#!/bin/sh\n', { mode: 0o755 });
    await files.mkdir(`${directory}/private`, { mode: 0o700 });
    assert.equal((await files.stat(`${directory}/tool`)).mode, 0o755);
    assert.equal((await files.stat(`${directory}/private`)).mode, 0o700);
  });

  testModes(
    'keep their mode when they are written again, and change it when asked',
    async ({ runtime: { files }, directory }) => {
      const path = `${directory}/tool`;
      await files.write(path, 'one', { mode: 0o750 });
      await files.write(path, 'two');
      assert.equal((await files.stat(path)).mode, 0o750);
      await files.chmod(path, 0o600);
      assert.equal((await files.stat(path)).mode, 0o600);
      await expectError(files.chmod(`${directory}/missing`, 0o600), 'FILE_NOT_FOUND');
    },
  );

  const testCommands = suite.group('files', 'commands');

  testCommands("start at the runtime's directory when they are relative", async ({ runtime }) => {
    const name = `hrm-rex-contract-${randomId()}`;
    try {
      await runtime.files.write(name, 'relative');
      assert.equal((await runtime.execute(['cat', name])).stdout, 'relative');
      assert.equal(await runtime.files.readText(`./x/../${name}`), 'relative');
    } finally {
      await runtime.files.remove(name, { missing: 'ignore' });
    }
  });
}
