import assert from 'node:assert/strict';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { FileSystem } from '../../sandbox/files/file-system.ts';
import { expectError } from './expect-error.ts';
import type { RuntimeSuite } from './suite.ts';

type Call = (files: FileSystem, path: string) => Promise<unknown>;

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

const readers: Readonly<Record<string, Call>> = {
  readBytes: (files, path) => files.readBytes(path),
  readText: (files, path) => files.readText(path),
  readStream: (files, path) => drain(files.readStream(path)),
};

const writers: Readonly<Record<string, Call>> = {
  write: (files, path) => files.write(path, 'x'),
  append: (files, path) => files.append(path, 'x'),
};

const others: Readonly<Record<string, Call>> = {
  stat: (files, path) => files.stat(path),
  list: (files, path) => files.list(path),
  'recursive list': (files, path) => files.list(path, { recursive: true }),
  chmod: (files, path) => files.chmod(path, 0o600),
  remove: (files, path) => files.remove(path),
};

/** Errors say what is wrong with which path. */
export function fileErrorCases(suite: RuntimeSuite): void {
  const test = suite.group('files');
  const fails = (calls: Readonly<Record<string, Call>>, what: string, name: string, code: ErrorCode) => {
    for (const [operation, call] of Object.entries(calls)) {
      test(`say ${code} for a ${operation} of ${what}`, async ({ runtime: { files }, directory }) => {
        await files.write(`${directory}/file`, 'text');
        await files.write(`${directory}/directory/entry`, 'text');
        const path = `${directory}/${name}`;
        const error = await expectError(call(files, path), code);
        assert.ok('path' in error.context && String(error.context.path).includes(name.split('/')[0] as string));
      });
    }
  };
  fails({ ...readers, ...others }, 'what does not exist', 'missing', 'FILE_NOT_FOUND');
  fails({ ...readers, ...writers }, 'a directory', 'directory', 'IS_DIRECTORY');
  fails({ ...readers, ...writers, ...others }, 'something below a file', 'file/below', 'NOT_DIRECTORY');
  fails({ list: others.list as Call }, 'a file', 'file', 'NOT_DIRECTORY');

  const testPermissions = suite.group('files', 'permissions');

  testPermissions('say PERMISSION_DENIED where the system does', async ({ runtime: { files }, directory }) => {
    await files.write(`${directory}/secret`, 'x', { mode: 0o200 });
    await expectError(files.readText(`${directory}/secret`), 'PERMISSION_DENIED');
    await files.write(`${directory}/fixed`, 'x', { mode: 0o444 });
    await expectError(files.write(`${directory}/fixed`, 'y'), 'PERMISSION_DENIED');
    await files.mkdir(`${directory}/closed`, { mode: 0o500 });
    await expectError(files.write(`${directory}/closed/new`, 'x'), 'PERMISSION_DENIED');
    assert.equal(await files.readText(`${directory}/fixed`), 'x');
  });
}
