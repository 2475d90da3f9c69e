import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ErrorCode } from '../../../src/core/error-codes.ts';
import { RexError } from '../../../src/core/errors.ts';
import { type Region, View } from '../../../src/sandbox/deployment/bubblewrap/region.ts';
import { PlaceFinder } from '../../../src/sandbox/deployment/sandboxed-files/place.ts';
import { SandboxedFiles } from '../../../src/sandbox/deployment/sandboxed-files/sandboxed-files.ts';

interface World {
  readonly files: SandboxedFiles;
  readonly workspace: string;
  /** Where `private` appears. */
  readonly temporary: string;
  readonly outside: string;
  readonly secret: string;
}

/** A sandbox's view of a directory of this machine, with something outside and something hidden beside the workspace. */
function makeWorld(t: TestContext): World {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'hrm-rex-files-')));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  const [workspace, temporary, outside, secret] = ['workspace', 'temporary', 'outside', 'secret'].map((name) =>
    join(top, name),
  ) as [string, string, string, string];
  for (const path of [workspace, join(top, 'private'), outside, secret]) mkdirSync(path);
  writeFileSync(join(outside, 'file'), 'outside');
  writeFileSync(join(secret, 'file'), 'secret');
  const at = (path: string, access: Region['access'], source = path): Region => ({
    path,
    access,
    source,
    directory: true,
  });
  const regions = [
    at('/', 'read'),
    at(secret, 'hidden'),
    at(temporary, 'write', join(top, 'private')),
    at(workspace, 'write'),
  ];
  const files = new SandboxedFiles({
    finder: new PlaceFinder(new View(regions), undefined),
    owner: undefined,
    cwd: workspace,
  });
  return { files, workspace, temporary, outside, secret };
}

async function assertRefused(promise: Promise<unknown>, code: ErrorCode = 'PERMISSION_DENIED'): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(RexError.is(error, code), String(error));
    return true;
  });
}

test('nothing outside can be changed in any way', async (t) => {
  const { files, outside, workspace } = makeWorld(t);
  const file = join(outside, 'file');
  await files.write('mine', 'x');
  await assertRefused(files.write(file, 'changed'));
  await assertRefused(files.write(join(outside, 'new'), ''));
  await assertRefused(files.write(join(outside, 'deep/new'), ''));
  await assertRefused(files.append(file, 'more'));
  await assertRefused(files.append(join(outside, 'new'), 'more'));
  await assertRefused(files.mkdir(join(outside, 'directory')));
  await assertRefused(files.remove(file));
  await assertRefused(files.remove(outside, { recursive: true }));
  await assertRefused(files.rename(file, join(workspace, 'taken')));
  await assertRefused(files.rename('mine', join(outside, 'mine')));
  await assertRefused(files.chmod(file, 0o777));
  await assertRefused(files.upload(file, join(outside, 'uploaded')));
  assert.equal(readFileSync(file, 'utf8'), 'outside');
  assert.deepEqual([existsSync(join(outside, 'new')), existsSync(join(outside, 'directory'))], [false, false]);
});

test('the workspace and its root cannot be removed or replaced', async (t) => {
  const { files, workspace, temporary } = makeWorld(t);
  await assertRefused(files.remove(workspace, { recursive: true }));
  await assertRefused(files.rename(workspace, join(temporary, 'moved')));
  assert.equal(statSync(workspace).isDirectory(), true);
});

test('what is hidden cannot be read, listed or described', async (t) => {
  const { files, secret } = makeWorld(t);
  await assertRefused(files.readText(join(secret, 'file')));
  await assertRefused(files.list(secret));
  await assertRefused(files.stat(secret));
  await assertRefused(files.exists(join(secret, 'file')));
  await assertRefused(files.download(secret, join(secret, 'copy')));
});

test('planted links lead no operation out', async (t) => {
  const { files, workspace, outside, secret } = makeWorld(t);
  symlinkSync(join(secret, 'file'), join(workspace, 'secret-file'));
  symlinkSync(join(outside, 'file'), join(workspace, 'outside-file'));
  symlinkSync(join(outside, 'new'), join(workspace, 'outside-new'));
  symlinkSync(outside, join(workspace, 'directory'));
  await assertRefused(files.readText('secret-file'));
  await assertRefused(files.write('outside-file', 'x'));
  await assertRefused(files.write('outside-new', 'x'));
  await assertRefused(files.append('outside-new', 'x'));
  await assertRefused(files.chmod('outside-file', 0o600));
  await assertRefused(files.write('directory/new', 'x'));
  await assertRefused(files.mkdir('directory/new'));
  await assertRefused(files.remove('directory/file'));
  await assertRefused(files.upload(join(outside, 'file'), 'directory'));
  assert.equal(await files.readText('outside-file'), 'outside');
  await files.remove('directory', { recursive: true });
  assert.equal(readFileSync(join(outside, 'file'), 'utf8'), 'outside');
});

test('an upload never goes through a link below its target', async (t) => {
  const { files, workspace, outside, temporary } = makeWorld(t);
  mkdirSync(join(workspace, 'tree'));
  symlinkSync(temporary, join(workspace, 'tree/sub'));
  mkdirSync(join(outside, 'tree/sub'), { recursive: true });
  writeFileSync(join(outside, 'tree/sub/file'), 'new');
  await assertRefused(files.upload(join(outside, 'tree'), 'tree'), 'FILE_EXISTS');
  assert.deepEqual(await files.list(temporary), []);
});

test('the private directory is used under its name in the sandbox', async (t) => {
  const { files, temporary } = makeWorld(t);
  await files.write(join(temporary, 'a/b'), 'inside');
  assert.equal(existsSync(temporary), false, 'it does not exist on this machine');
  assert.equal(await files.readText(join(temporary, 'a/b')), 'inside');
  assert.deepEqual(
    (await files.list(temporary, { recursive: true })).map(({ path }) => path),
    [join(temporary, 'a'), join(temporary, 'a/b')],
  );
  await files.rename(join(temporary, 'a'), 'moved');
  assert.equal(await files.readText('moved/b'), 'inside');
});

test('a download takes links as they are and reads what is followed in the view', async (t) => {
  const { files, workspace, outside, secret } = makeWorld(t);
  mkdirSync(join(workspace, 'tree'));
  symlinkSync(join(secret, 'file'), join(workspace, 'tree/link'));
  await files.download('tree', join(outside, 'copy'));
  assert.equal(readlinkSync(join(outside, 'copy/link')), join(secret, 'file'));
  await assertRefused(files.download('tree', join(outside, 'followed'), { followLinks: true }));
});

test('a directory is never carried into itself', async (t) => {
  const { files, workspace, outside } = makeWorld(t);
  symlinkSync(workspace, join(outside, 'link'));
  await files.write('file', 'x');
  await assertRefused(files.upload(workspace, 'inside/deep'), 'INVALID_ARGUMENT');
  await assertRefused(files.upload(join(outside, 'link'), '.'), 'INVALID_ARGUMENT');
  await assertRefused(files.download('.', join(outside, 'link/copy')), 'INVALID_ARGUMENT');
  assert.deepEqual(
    (await files.list('.')).map(({ name }) => name),
    ['file'],
  );
});

test('a pipe never holds an operation', async (t) => {
  const { files, workspace } = makeWorld(t);
  execFileSync('mkfifo', [join(workspace, 'pipe')]);
  assert.equal(await files.readText('pipe'), '');
  await assertRefused(files.append('pipe', 'x'), 'FILE_ERROR');
  await assertRefused(files.write('pipe', 'x'), 'FILE_ERROR');
});

test('changes are seen while they are watched, under the names of the sandbox', async (t) => {
  const { files, temporary } = makeWorld(t);
  const changes = files.watch(temporary)[Symbol.asyncIterator]();
  const first = changes.next();
  await files.mkdir(join(temporary, 'made'));
  assert.deepEqual((await first).value, { type: 'created', path: join(temporary, 'made') });
  await changes.return?.();
});

test('as many calls at once as there are files find every directory as it should be', async (t) => {
  const { files } = makeWorld(t);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => files.write(`deep/${index % 4}/file${index}`, `${index}`)),
  );
  assert.equal((await files.list('deep', { recursive: true })).length, 44);
});
