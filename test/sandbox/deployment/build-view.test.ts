import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { buildView, type ViewOptions } from '../../../src/sandbox/deployment/bubblewrap/build-view.ts';
import { ownIdentity } from '../../../src/sandbox/deployment/bubblewrap/identity.ts';
import type { View } from '../../../src/sandbox/deployment/bubblewrap/region.ts';

/** A directory that no private /tmp covers. */
function makeDirectory(t: TestContext): string {
  const path = realpathSync(mkdtempSync('/var/tmp/hrm-rex-view-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function build(workspace: string, options: Partial<ViewOptions> = {}): Promise<View> {
  const temporary = join(tmpdir(), 'hrm-rex-private');
  const paths = { readOnlyPaths: [], writablePaths: [], hiddenPaths: [] };
  return buildView({ workspace, temporary, identity: ownIdentity(), ...paths, ...options });
}

test('everything is read-only but the workspace and /tmp, which is another directory', async (t) => {
  const workspace = makeDirectory(t);
  const view = await build(workspace);
  assert.equal(view.of('/usr/bin/env').access, 'read');
  assert.equal(view.of(join(workspace, 'a')).access, 'write');
  assert.deepEqual([view.of('/tmp/a').access, view.of('/tmp/a').source], ['write', join(tmpdir(), 'hrm-rex-private')]);
  assert.deepEqual([view.of('/proc/1').access, view.of('/dev/sda').access], ['proc', 'dev']);
});

test('sockets of services are hidden', { skip: !existsSync('/run') }, async (t) => {
  const view = await build(makeDirectory(t));
  assert.equal(view.of('/run/docker.sock').access, 'hidden');
});

test('keys and tokens of the home directory are hidden, unless they are asked for', async (t) => {
  const home = makeDirectory(t);
  const before = process.env.HOME;
  process.env.HOME = home;
  t.after(() => {
    process.env.HOME = before;
  });
  assert.equal(homedir(), home);
  mkdirSync(join(home, '.ssh'));
  mkdirSync(join(home, 'project'));
  writeFileSync(join(home, '.npmrc'), 'token');
  const view = await build(join(home, 'project'));
  assert.deepEqual([view.of(join(home, '.ssh/id')).access, view.of(join(home, '.npmrc')).access], ['hidden', 'hidden']);
  assert.equal(view.of(join(home, '.profile')).access, 'read');
  const shown = await build(home, { readOnlyPaths: [join(home, '.npmrc')] });
  assert.deepEqual([shown.of(join(home, '.npmrc')).access, shown.of(join(home, '.ssh')).access], ['read', 'hidden']);
  assert.equal(shown.of(join(home, '.profile')).access, 'write');
});

test('user 0 inside gets the settings of the kernel read-only', async (t) => {
  const workspace = makeDirectory(t);
  const view = await build(workspace, { identity: { uid: 0, gid: 0 } });
  assert.equal(view.of('/proc/sys/kernel/core_pattern').access, 'read');
});

test('given paths are taken with their links followed, the later kind of option first', async (t) => {
  const top = makeDirectory(t);
  for (const name of ['workspace', 'data', 'data/fixed', 'data/hidden']) mkdirSync(join(top, name));
  symlinkSync(join(top, 'data'), join(top, 'link'));
  const view = await build(join(top, 'workspace'), {
    writablePaths: [join(top, 'link')],
    readOnlyPaths: [join(top, 'link/fixed')],
    hiddenPaths: [join(top, 'data/hidden'), join(top, 'absent')],
  });
  assert.equal(view.of(join(top, 'data/file')).access, 'write');
  assert.equal(view.of(join(top, 'data/fixed/file')).access, 'read');
  assert.equal(view.of(join(top, 'data/hidden/file')).access, 'hidden');
});

test('a path that does not exist, and one around the private /tmp, are refused', async (t) => {
  const workspace = makeDirectory(t);
  for (const path of ['/nonexistent', tmpdir()]) {
    await assert.rejects(
      build(workspace, { writablePaths: [path] }),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === 'writablePaths',
    );
  }
});
