import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LocalRuntime } from 'hrm-rex';
import { readWorkspace } from 'hrm-rex/coordination';

const top = await mkdtemp(join(tmpdir(), 'hrm-rex-workspace-'));
const runtime = new LocalRuntime();
after(async () => {
  await runtime.close();
  await rm(top, { recursive: true, force: true });
});

async function make(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const directory = join(top, name);
  for (const [path, content] of Object.entries(files)) {
    const place = join(directory, path);
    await mkdir(join(place, '..'), { recursive: true });
    await writeFile(place, content);
  }
  return directory;
}

function git(directory: string, ...args: string[]): void {
  execFileSync('git', ['-C', directory, ...args], { stdio: 'ignore' });
}

test('in a repository what git ignores is left out', async () => {
  const directory = await make('repository', {
    'src/a.ts': '',
    'package.json': '{}',
    'dist/a.js': '',
    '.gitignore': 'dist',
    'data.bin': new Uint8Array([0, 255, 1]),
    'odd\n name ü "x".py': '',
  });
  git(directory, 'init', '--quiet');
  git(directory, 'add', '--all');
  await writeFile(join(directory, 'new.ts'), '');
  assert.deepEqual(await readWorkspace(runtime, directory), {
    files: 6,
    ext: { ts: 2, json: 1, bin: 1, py: 1 },
    markers: ['pm:package.json'],
  });
});

test('elsewhere files are walked, without what nobody wrote', async () => {
  const directory = await make('plain', { 'a/b/c.go': '', 'go.mod': '', 'node_modules/x/index.js': '' });
  await symlink(directory, join(directory, 'loop'));
  const { files, ext, markers } = await readWorkspace(runtime, directory);
  assert.deepEqual({ files, ext, markers }, { files: 2, ext: { mod: 1, go: 1 }, markers: ['pm:go.mod'] });
});

test('a directory whose files are all ignored is walked', async () => {
  const directory = await make('ignored', { 'a.rs': '', '.gitignore': '*' });
  git(directory, 'init', '--quiet');
  assert.deepEqual((await readWorkspace(runtime, directory)).ext, { rs: 1 });
});

test('the number of files is bounded', async () => {
  const names = Array.from({ length: 30 }, (_, index) => [`${index}.py`, ''] as const);
  const directory = await make('large', Object.fromEntries(names));
  assert.equal((await readWorkspace(runtime, directory, { maxFiles: 7 })).files, 7);
  git(directory, 'init', '--quiet');
  assert.equal((await readWorkspace(runtime, directory, { maxFiles: 7 })).files, 7);
});

test('what is no directory, or is gone, is a typed error', async () => {
  const directory = await make('file', { 'a.txt': '' });
  await assert.rejects(readWorkspace(runtime, join(top, 'nowhere')), { code: 'FILE_NOT_FOUND' });
  await assert.rejects(readWorkspace(runtime, join(directory, 'a.txt')), { code: 'NOT_DIRECTORY' });
});

test('a workspace that vanishes while it is read is a typed error', async () => {
  const directory = await make('vanishing', { 'a.txt': '' });
  const vanishing = Object.create(runtime, {
    execute: {
      value: async (...args: Parameters<LocalRuntime['execute']>) => {
        await rm(directory, { recursive: true });
        return await runtime.execute(...args);
      },
    },
  }) as LocalRuntime;
  await assert.rejects(readWorkspace(vanishing, directory), { code: 'FILE_NOT_FOUND' });
});

test('an aborted reading ends', async () => {
  const reason = new Error('no longer wanted');
  await assert.rejects(readWorkspace(runtime, top, { signal: AbortSignal.abort(reason) }), reason);
});
