import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import {
  brokenArchive,
  fileError,
  isBrokenArchive,
  SourceError,
  SystemError,
  withFileErrors,
} from '../../../src/sandbox/files/file-errors.ts';

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says`), { code });
}

const codes = {
  ENOENT: 'FILE_NOT_FOUND',
  EEXIST: 'FILE_EXISTS',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  EISDIR: 'IS_DIRECTORY',
  ENOTDIR: 'NOT_DIRECTORY',
  ENOTEMPTY: 'DIRECTORY_NOT_EMPTY',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EMFILE: 'FILE_ERROR',
  EIO: 'FILE_ERROR',
  ERR_FS_FILE_TOO_LARGE: 'LIMIT_EXCEEDED',
};

for (const [code, expected] of Object.entries(codes)) {
  test(`${code} becomes ${expected}, with path, operation, hint and cause`, () => {
    const cause = errno(code);
    const error = fileError(cause, 'read', '/some/file');
    assert.ok(RexError.is(error));
    assert.equal(error.code, expected);
    assert.match(error.message, /^cannot read \/some\/file/);
    assert.ok(error.hint);
    assert.equal(error.cause, cause);
    if (error.code === 'FILE_ERROR') assert.equal(error.context.errno, code);
    if ('path' in error.context)
      assert.deepEqual([error.context.path, (error.context as { operation: string }).operation].slice(0, 2), [
        '/some/file',
        'read',
      ]);
  });
}

test('what is typed, is no error of the system, or comes from a source passes as it is', () => {
  const typed = fileError(errno('ENOENT'), 'read', '/a');
  assert.equal(fileError(typed, 'write', '/b'), typed);
  for (const other of [
    new TypeError('bug'),
    'text',
    undefined,
    new DOMException('stop', 'AbortError'),
    errno('ERR_SOMETHING'),
  ]) {
    assert.equal(fileError(other, 'read', '/a'), other);
  }
  const cause = errno('ENOENT');
  assert.equal(fileError(new SourceError(cause), 'write', '/a'), cause);
});

test('an errno found here is typed with its own words', async () => {
  const found = withFileErrors('copy', '/a', () => Promise.reject(new SystemError('EEXIST', 'a link has that name')));
  await assert.rejects(found, { code: 'FILE_EXISTS', message: 'cannot copy /a: a link has that name' });
});

test('a broken archive is told from other errors', () => {
  assert.equal(isBrokenArchive(brokenArchive('/a.zip', 'extract', 'File is not a zip file')), true);
  assert.equal(isBrokenArchive(fileError(errno('EIO'), 'extract', '/a.zip')), false);
});
