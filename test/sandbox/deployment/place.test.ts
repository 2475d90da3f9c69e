import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Region, View } from '../../../src/sandbox/deployment/bubblewrap/region.ts';
import { PlaceFinder } from '../../../src/sandbox/deployment/sandboxed-files/place.ts';
import { hasErrno } from '../../../src/sandbox/files/file-errors.ts';

interface World {
  readonly top: string;
  readonly workspace: string;
  /** Where `private` appears. */
  readonly temporary: string;
  readonly finder: PlaceFinder;
}

/** A machine in a directory: `secret`, `readable`, a workspace with a read-only part, and `private` under another name. */
function makeWorld(t: TestContext): World {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'hrm-rex-places-')));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  for (const name of ['secret', 'secret/inner', 'readable', 'workspace/.git', 'private']) {
    mkdirSync(join(top, name), { recursive: true });
    writeFileSync(join(top, name, 'file'), name);
  }
  const workspace = join(top, 'workspace');
  const temporary = join(top, 'temporary');
  const at = (path: string, access: Region['access'], source = path): Region => ({
    path,
    access,
    source,
    directory: true,
  });
  const view = new View([
    at('/', 'read'),
    at('/proc', 'proc'),
    at(join(top, 'secret'), 'hidden'),
    at(join(top, 'secret/inner'), 'read'),
    at(temporary, 'write', join(top, 'private')),
    at(workspace, 'write'),
    at(join(workspace, '.git'), 'read'),
  ]);
  return { top, workspace, temporary, finder: new PlaceFinder(view, undefined) };
}

function look(finder: PlaceFinder, path: string): { path: string; content: string; writable: boolean } {
  using place = finder.find(path, { follow: true });
  return { path: place.path, content: readFileSync(place.handle, 'utf8'), writable: place.writable };
}

const refused = (errno: string) => (error: unknown) => hasErrno(error, errno);

test('each region shows its own files and says whether they can be written', (t) => {
  const { top, workspace, temporary, finder } = makeWorld(t);
  assert.deepEqual(look(finder, join(top, 'readable/file')), {
    path: join(top, 'readable/file'),
    content: 'readable',
    writable: false,
  });
  assert.equal(look(finder, join(temporary, 'file')).content, 'private');
  assert.equal(look(finder, join(temporary, 'file')).writable, true);
  assert.equal(look(finder, `${workspace}//.git/./file`).writable, false);
  assert.equal(look(finder, join(top, 'secret/inner/file')).content, 'secret/inner');
});

test('what is hidden, and the file systems of the sandbox alone, are refused', (t) => {
  const { top, finder } = makeWorld(t);
  for (const path of [join(top, 'secret'), join(top, 'secret/file'), '/proc', '/proc/self/environ']) {
    assert.throws(() => finder.find(path, { follow: true }), refused('EACCES'), path);
  }
});

test('links are followed in the view of the sandbox, not of this machine', (t) => {
  const { top, workspace, temporary, finder } = makeWorld(t);
  symlinkSync(join(temporary, 'file'), join(workspace, 'absolute'));
  symlinkSync('../readable/file', join(workspace, 'relative'));
  symlinkSync(join(top, 'secret/file'), join(workspace, 'planted'));
  symlinkSync('/proc/self/root/etc/passwd', join(workspace, 'magic'));
  symlinkSync('loop', join(workspace, 'loop'));
  assert.equal(look(finder, join(workspace, 'absolute')).content, 'private');
  assert.equal(look(finder, join(workspace, 'relative')).writable, false);
  assert.throws(() => finder.find(join(workspace, 'planted'), { follow: true }), refused('EACCES'));
  assert.throws(() => finder.find(join(workspace, 'magic'), { follow: true }), refused('EACCES'));
  assert.throws(() => finder.find(join(workspace, 'loop'), { follow: true }), refused('ELOOP'));
  using itself = finder.find(join(workspace, 'planted'), { follow: false });
  assert.equal(itself.stats?.isSymbolicLink(), true);
});

test('a dangling link leads to where its file would be made', (t) => {
  const { workspace, temporary, finder } = makeWorld(t);
  symlinkSync(join(temporary, 'new'), join(workspace, 'link'));
  using place = finder.find(join(workspace, 'link'), { follow: true });
  assert.equal(place.path, join(temporary, 'new'));
  assert.equal(place.stats, undefined);
  assert.equal(place.entryWritable, true);
  writeFileSync(place.entry, 'made');
  assert.equal(look(finder, join(temporary, 'new')).content, 'made');
});

test('a directory that is swapped for a link after it was found changes nothing', (t) => {
  const { top, workspace, finder } = makeWorld(t);
  mkdirSync(join(workspace, 'directory'));
  using place = finder.find(join(workspace, 'directory/new'), { follow: true });
  renameSync(join(workspace, 'directory'), join(workspace, 'moved'));
  symlinkSync(join(top, 'secret'), join(workspace, 'directory'));
  writeFileSync(place.entry, 'safe');
  assert.equal(readFileSync(join(workspace, 'moved/new'), 'utf8'), 'safe');
});

test('missing directories and files on the way are told apart', (t) => {
  const { workspace, finder } = makeWorld(t);
  writeFileSync(join(workspace, 'plain'), '');
  assert.throws(() => finder.find(join(workspace, 'missing/deep'), { follow: true }), refused('ENOENT'));
  assert.throws(() => finder.find(join(workspace, 'plain/deep'), { follow: true }), refused('ENOTDIR'));
});

test('the root of a region cannot be replaced, what is in it can', (t) => {
  const { workspace, temporary, finder } = makeWorld(t);
  using root = finder.find(workspace, { follow: false });
  using git = finder.find(join(workspace, '.git'), { follow: false });
  using file = finder.find(join(temporary, 'file'), { follow: false });
  assert.deepEqual([root.entryWritable, git.entryWritable, file.entryWritable], [false, false, true]);
});

test('the permissions of another user are checked on every directory', (t) => {
  const { top } = makeWorld(t);
  chmodSync(join(top, 'readable'), 0o700);
  const view = new View([{ path: '/', access: 'read', source: '/', directory: true }]);
  const finder = new PlaceFinder(view, { uid: 54_321, gid: 54_321 });
  assert.throws(() => finder.find(join(top, 'readable/file'), { follow: true }), refused('EACCES'));
});

test('no path out of names, dots and planted links ever reaches a hidden file', (t) => {
  const { top, workspace, temporary, finder } = makeWorld(t);
  const targets = [
    top,
    join(top, 'secret'),
    '..',
    '../..',
    '../secret',
    '/',
    temporary,
    join(top, 'secret/file'),
    'a',
    '/proc',
  ];
  const name = fc.constantFrom('a', 'b', 'c', '..', '.', 'secret', 'file', 'workspace', 'tmp', '');
  const link = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...targets));
  fc.assert(
    fc.property(fc.array(link, { maxLength: 3 }), fc.array(name, { maxLength: 8 }), (links, names) => {
      for (const one of ['a', 'b', 'c']) rmSync(join(workspace, one), { force: true });
      for (const [one, target] of new Map(links)) symlinkSync(target, join(workspace, one));
      try {
        using place = finder.find(`${workspace}/${names.join('/')}`, { follow: true });
        const content = place.stats?.isFile() ? readFileSync(place.handle, 'utf8') : '';
        assert.notEqual(content, 'secret');
        assert.notEqual(place.path, join(top, 'secret'));
      } catch (error) {
        assert.ok(hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
