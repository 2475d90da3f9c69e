import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { RexError } from '../../../src/core/errors.ts';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { type RuntimePolicy, restrict } from '../../../src/sandbox/runtime/restricted-runtime.ts';
import type { Runtime } from '../../../src/sandbox/runtime/runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';

interface Place {
  readonly base: string;
  readonly root: string;
  readonly view: Runtime;
}

/** A root with a secret beside it and links of every kind in it. */
async function makePlace(context: TestContext, policy: RuntimePolicy = {}): Promise<Place> {
  const base = await mkdtemp(join(tmpdir(), 'hrm-rex-restricted-'));
  const root = join(base, 'root');
  await mkdir(join(root, 'inside/deep'), { recursive: true });
  await mkdir(join(base, 'outside'));
  await writeFile(join(base, 'outside/secret'), 'secret');
  await writeFile(join(root, 'inside/file'), 'inside');
  await symlink('inside', join(root, 'good'));
  await symlink(join(root, 'inside'), join(root, 'absolute'));
  await symlink('../outside', join(root, 'bad'));
  await symlink(join(base, 'outside'), join(root, 'worse'));
  await symlink('../../outside/secret', join(root, 'inside/leak'));
  await symlink('../outside/new', join(root, 'dangling'));
  await symlink('bad', join(root, 'chain'));
  const runtime = new LocalRuntime();
  context.after(async () => {
    await runtime.close();
    await rm(base, { recursive: true });
  });
  return { base, root, view: restrict(runtime, { root, ...policy }) };
}

/** Every call with a path, as a list. */
function calls({ files, ...rest }: Pick<Runtime, 'files'> & { readonly view: Runtime }, path: string) {
  return [
    files.readBytes(path),
    files.readText(path),
    drain(files.readStream(path)),
    files.write(path, 'x'),
    files.append(path, 'x'),
    files.list(path),
    files.mkdir(path),
    files.chmod(path, 0o777),
    drain(files.watch(path)),
    rest.view.execute(['true'], { cwd: path }),
    rest.view.spawn(['true'], { cwd: path }),
    rest.view.createSession({ cwd: path, loadRc: false }),
    rest.view.createSession({ startupSource: [path], loadRc: false }),
  ];
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

test('paths lie below the root, whatever form they take', async (context) => {
  const { root, view } = await makePlace(context);
  for (const path of ['inside/file', './inside/../inside/file', `${root}/inside/file`, 'good/file', 'absolute/file']) {
    assert.equal(await view.files.readText(path), 'inside');
  }
  await view.files.write('new/made', 'x');
  assert.equal(await view.readFile('/'.concat(root, '/new/made').replace('//', '/')), 'x');
});

test('paths that lead outside are refused by every call', async (context) => {
  const { base, root, view } = await makePlace(context);
  const outside = [
    '..',
    '../outside/secret',
    `${base}/outside/secret`,
    '/etc/passwd',
    `${root}2`,
    '/',
    'inside/../../x',
  ];
  const throughLinks = [
    'bad/secret',
    'worse/secret',
    'inside/leak',
    'chain/secret',
    'bad',
    'dangling',
    'good/../bad/x',
  ];
  for (const path of [...outside, ...throughLinks]) {
    const refusals = calls({ files: view.files, view }, path).map((call) => expectError(call, 'PATH_ESCAPE'));
    for (const { context: facts } of await Promise.all(refusals)) assert.equal(facts.root, root);
  }
  assert.deepEqual(await view.sessions(), []);
});

test('a link itself can be looked at, moved and removed, wherever it leads', async (context) => {
  const { base, view } = await makePlace(context);
  assert.equal((await view.files.stat('bad')).target, '../outside');
  assert.equal(await view.files.exists('dangling'), true);
  await view.files.rename('bad', 'moved');
  await view.files.remove('moved');
  await view.files.remove('worse', { recursive: true });
  const plain = new LocalRuntime();
  assert.equal(await plain.files.readText(join(base, 'outside/secret')), 'secret');
  await plain.close();
});

test('nothing can be moved in or out, and the root stays', async (context) => {
  const { base, root, view } = await makePlace(context);
  const { files } = view;
  for (const path of [root, '.', 'inside/..', '..', `${base}/outside`, 'bad/secret']) {
    await expectError(files.remove(path, { recursive: true }), 'PATH_ESCAPE');
    await expectError(files.rename(path, 'inside/x'), 'PATH_ESCAPE');
    await expectError(files.rename('inside/file', path), 'PATH_ESCAPE');
  }
});

test('commands and sessions start in the root, and below it when asked', async (context) => {
  const { view } = await makePlace(context);
  assert.equal((await view.execute(['ls', 'inside'])).stdout, 'deep\nfile\nleak\n');
  assert.equal((await view.execute(['ls'], { cwd: 'good' })).stdout, 'deep\nfile\nleak\n');
  const session = await view.createSession({ cwd: 'inside', loadRc: false });
  assert.equal((await session.run('ls')).output, 'deep\nfile\nleak\n');
  await view.close();
});

test('paths come back as they were asked for', async (context) => {
  const { root, view } = await makePlace(context);
  assert.equal((await view.files.stat('good/file')).path, `${root}/good/file`);
  const listed = (await view.files.list('good')).map(({ path }) => path);
  assert.deepEqual(listed, [`${root}/good/deep`, `${root}/good/file`, `${root}/good/leak`]);
});

test('no random path reads or writes outside', async (context) => {
  const { view } = await makePlace(context);
  const parts = fc.constantFrom(
    '..',
    '.',
    'inside',
    'good',
    'bad',
    'worse',
    'chain',
    'outside',
    'secret',
    'leak',
    'root',
    '',
  );
  const path = fc.array(parts, { minLength: 1, maxLength: 7 }).map((list) => list.join('/'));
  await fc.assert(
    fc.asyncProperty(path, async (given) => {
      const read = await view.files.readText(given || '.').catch((error: unknown) => {
        assert.ok(RexError.is(error), String(error));
        return '';
      });
      assert.notEqual(read, 'secret');
    }),
    { numRuns: 300 },
  );
});

test('readOnly refuses every change and no look', async (context) => {
  const { root, view } = await makePlace(context, { readOnly: true, localRoot: tmpdir() });
  const { files } = view;
  const changes = [
    files.write('x', ''),
    files.append('x', ''),
    files.mkdir('x'),
    files.remove('inside/file'),
    files.rename('inside/file', 'x'),
    files.chmod('inside/file', 0o600),
    view.upload(root, 'x'),
    view.writeFile('x', ''),
  ];
  const refusals = await Promise.all(changes.map((change) => expectError(change, 'POLICY_DENIED')));
  for (const { context: facts } of refusals) assert.equal(facts.rule, 'readOnly');
  assert.equal(await files.readText('inside/file'), 'inside');
  assert.equal(await files.exists('x'), false);
});

test('the local side of a transfer needs a localRoot of its own', async (context) => {
  const { base, root, view } = await makePlace(context);
  assert.equal((await expectError(view.upload('/etc/hostname', 'x'), 'POLICY_DENIED')).context.rule, 'localRoot');
  await expectError(view.download('inside', join(base, 'x')), 'POLICY_DENIED');
  const local = join(base, 'local');
  await mkdir(local);
  await writeFile(join(local, 'file'), 'local');
  await symlink('../outside', join(local, 'bad'));
  const open = restrict(new LocalRuntime(), { root, localRoot: local });
  await open.upload('file', 'uploaded');
  assert.equal(await open.readFile('uploaded'), 'local');
  await open.download('inside', 'down');
  await expectError(open.upload('../outside/secret', 'x'), 'PATH_ESCAPE');
  await expectError(open.upload('bad/secret', 'x'), 'PATH_ESCAPE');
  await expectError(open.upload('.', 'x', { followLinks: true }), 'PATH_ESCAPE');
  await expectError(open.download('inside', '../outside'), 'PATH_ESCAPE');
  await expectError(open.download('inside', 'bad/x'), 'PATH_ESCAPE');
  await expectError(open.download('inside', 'x', { followLinks: true }), 'POLICY_DENIED');
  await expectError(open.download('bad', 'x'), 'PATH_ESCAPE');
});

test('maxFileBytes bounds what is read, written, appended and carried', async (context) => {
  const local = await mkdtemp(join(tmpdir(), 'hrm-rex-restricted-'));
  context.after(() => rm(local, { recursive: true }));
  const dummy = new DummyRuntime();
  const { files } = restrict(dummy, { maxFileBytes: 10 });
  async function* long(): AsyncGenerator<string> {
    for (let index = 0; index < 3; index++) yield '12345';
  }
  await files.write('ok', '1234567890');
  assert.equal(await files.readText('ok'), '1234567890');
  await expectError(files.write('x', '1234567890a'), 'LIMIT_EXCEEDED');
  await expectError(files.write('x', long()), 'LIMIT_EXCEEDED');
  await expectError(files.append('ok', '1'), 'LIMIT_EXCEEDED');
  await expectError(files.append('ok', long()), 'LIMIT_EXCEEDED');
  await dummy.files.write('large', 'x'.repeat(100));
  await expectError(files.readBytes('large'), 'LIMIT_EXCEEDED');
  await expectError(files.readText('large'), 'LIMIT_EXCEEDED');
  await expectError(drain(files.readStream('large')), 'LIMIT_EXCEEDED');
  assert.equal((await files.readBytes('large', { start: 50, end: 60 })).length, 10);
  await writeFile(join(local, 'large'), 'x'.repeat(11));
  await expectError(files.upload(local, 'up'), 'LIMIT_EXCEEDED');
  await expectError(files.download('large', join(local, 'down')), 'LIMIT_EXCEEDED');
  assert.equal(await files.readText('ok'), '1234567890');
});
