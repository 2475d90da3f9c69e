import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FileChange } from '../../../src/sandbox/files/file-system.ts';
import { LocalFileSystem } from '../../../src/sandbox/files/local-files.ts';
import { rejectsWith, scratch } from './scratch.ts';

type Watch = AsyncIterator<FileChange>;

function watching(base: string, path = '.', options: { recursive?: boolean; signal?: AbortSignal } = {}): Watch {
  return new LocalFileSystem({ root: base }).watch(path, options)[Symbol.asyncIterator]();
}

/** The next change of a path, whatever else changes; the path is told below `base`. */
async function nextOf(watch: Watch, base: string, path: string): Promise<string> {
  for (;;) {
    const { value, done } = await watch.next();
    assert.ok(!done, `the watch ended before ${path} changed`);
    if (value.path === join(base, path)) return value.type;
  }
}

test('what is created, changed and removed is told', async (context) => {
  const base = await scratch(context);
  await writeFile(join(base, 'old'), 'x');
  const watch = watching(base);
  await writeFile(join(base, 'new'), 'x');
  assert.equal(await nextOf(watch, base, 'new'), 'created');
  await appendFile(join(base, 'old'), 'y');
  assert.equal(await nextOf(watch, base, 'old'), 'changed');
  await rm(join(base, 'old'));
  assert.equal(await nextOf(watch, base, 'old'), 'removed');
  await watch.return?.();
});

test('what lies deep is seen, also in directories that come later', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'a/b'), { recursive: true });
  const watch = watching(base);
  await writeFile(join(base, 'a/b/file'), 'x');
  assert.equal(await nextOf(watch, base, 'a/b/file'), 'created');
  await mkdir(join(base, 'c/d'), { recursive: true });
  await writeFile(join(base, 'c/d/file'), 'x');
  assert.equal(await nextOf(watch, base, 'c/d/file'), 'created');
  await chmod(join(base, 'c/d/file'), 0o600);
  assert.equal(await nextOf(watch, base, 'c/d/file'), 'changed');
  await rename(join(base, 'c'), join(base, 'e'));
  assert.equal(await nextOf(watch, base, 'c/d/file'), 'removed');
  assert.equal(await nextOf(watch, base, 'e/d/file'), 'created');
  await appendFile(join(base, 'e/d/file'), 'y');
  assert.equal(await nextOf(watch, base, 'e/d/file'), 'changed');
  await watch.return?.();
});

test('without recursive only the entries of the directory are told', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'sub'));
  const watch = watching(base, '.', { recursive: false });
  await writeFile(join(base, 'sub/hidden'), 'x');
  await writeFile(join(base, 'seen'), 'x');
  const { value } = await watch.next();
  assert.deepEqual(value, { type: 'created', path: join(base, 'seen') });
  await watch.return?.();
});

test('a file is watched through its replacement', async (context) => {
  const base = await scratch(context);
  const files = new LocalFileSystem({ root: base });
  await files.write('config', 'one');
  await symlink('config', join(base, 'alias'));
  const watch = watching(base, 'alias');
  await files.write('other', 'x');
  await files.write('config', 'two');
  assert.deepEqual((await watch.next()).value, { type: 'changed', path: join(base, 'alias') });
  await files.remove('config');
  assert.equal(await nextOf(watch, base, 'alias'), 'removed');
  await files.write('config', 'three');
  assert.equal(await nextOf(watch, base, 'alias'), 'created');
  await watch.return?.();
});

test('a slow loop gets one change a path', async (context) => {
  const base = await scratch(context);
  const watch = watching(base);
  await writeFile(join(base, 'first'), 'x');
  await nextOf(watch, base, 'first');
  for (let round = 0; round < 50; round++) await appendFile(join(base, 'busy'), 'x');
  await writeFile(join(base, 'gone'), 'x');
  await rm(join(base, 'gone'));
  await writeFile(join(base, 'last'), 'x');
  const told: string[] = [];
  while (told.at(-1) !== 'last') told.push(((await watch.next()).value as FileChange).path.slice(base.length + 1));
  assert.ok(told.filter((path) => path === 'busy').length <= 3, told.join());
  await watch.return?.();
});

test('the loop ends when the directory is removed', async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'tree/sub'), { recursive: true });
  const told: string[] = [];
  const watch = watching(base, 'tree');
  await rm(join(base, 'tree'), { recursive: true });
  for (let next = await watch.next(); !next.done; next = await watch.next())
    told.push(`${next.value.type} ${next.value.path.slice(base.length)}`);
  assert.deepEqual(told, ['removed /tree/sub', 'removed /tree']);
});

test('abort, break and errors leave no watch behind', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async (context) => {
  const base = await scratch(context);
  await mkdir(join(base, 'a/b/c'), { recursive: true });
  const before = await watches();
  const abort = new AbortController();
  const watch = watching(base, '.', { signal: abort.signal });
  const pending = watch.next();
  assert.equal((await watches()) - before, 4);
  abort.abort();
  assert.equal((await pending).done, true);
  assert.equal((await watch.next()).done, true);
  assert.equal(await watches(), before);
  for await (const change of new LocalFileSystem({ root: base }).watch('.', { signal: touching(base) })) {
    assert.equal(change.type, 'created');
    break;
  }
  assert.equal(await watches(), before);
  assert.equal((await watching(base, '.', { signal: AbortSignal.abort() }).next()).done, true);
  await rejectsWith(watching(base, 'none').next(), 'FILE_NOT_FOUND');
  assert.equal(await watches(), before);
});

/** A signal that is asked for once the watch begins, and lets a file appear then. */
function touching(base: string): AbortSignal {
  const { signal } = new AbortController();
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = ((...argv: Parameters<typeof add>) => {
    add(...argv);
    setImmediate(() => writeFile(join(base, 'appeared'), 'x'));
  }) as typeof add;
  return signal;
}

/** Watches of this process that the system counts. */
async function watches(): Promise<number> {
  let count = 0;
  for (const fd of await readdir('/proc/self/fdinfo')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (!target.includes('inotify')) continue;
    const { readFile } = await import('node:fs/promises');
    count += (await readFile(`/proc/self/fdinfo/${fd}`, 'utf8')).match(/^inotify/gm)?.length ?? 0;
  }
  return count;
}
