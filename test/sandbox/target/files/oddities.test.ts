import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inScratch, rejectsWith } from '../../files/scratch.ts';
import { filesOf, toolboxes } from './toolboxes.ts';

for (const toolbox of toolboxes) {
  const oddity = (sentence: string, check: (base: string) => Promise<void>) =>
    test(`${toolbox.name}: ${sentence}`, { skip: toolbox.missing ?? false }, () => inScratch(check));

  oddity('a name that is not UTF-8 is told, and never taken for another one', async (base) => {
    const files = filesOf(toolbox, base);
    await mkdir(join(base, 'd'));
    await writeFile(Buffer.concat([Buffer.from(`${base}/d/a`), Buffer.from([0xff])]), 'x');
    for (const attempt of [
      () => files.list('d'),
      () => files.list('.', { recursive: true }),
      () => files.download('d', join(base, 'x')),
    ]) {
      assert.equal((await rejectsWith(attempt(), 'FILE_ERROR')).context.errno, 'EILSEQ');
    }
  });

  oddity('a named pipe is told, and nobody waits at it', async (base) => {
    const files = filesOf(toolbox, base);
    execFileSync('mkfifo', [join(base, 'pipe')]);
    const calls = [() => files.readText('pipe'), () => files.write('pipe', 'x'), () => files.append('pipe', 'x')];
    for (const call of calls) assert.equal((await rejectsWith(call(), 'FILE_ERROR')).context.errno, 'ENXIO');
    assert.equal((await files.stat('pipe')).type, 'other');
  });

  oddity('devices are read and written in place', async (base) => {
    const files = filesOf(toolbox, base);
    await files.write('/dev/null', Buffer.alloc(100_000));
    assert.equal((await files.readBytes('/dev/zero', { end: 10 })).length, 10);
    await rejectsWith(files.write('/dev/full', 'x'), 'DISK_FULL');
  });

  oddity('a file of two names keeps them when it is written', async (base) => {
    await writeFile(join(base, 'one'), 'old');
    await link(join(base, 'one'), join(base, 'two'));
    await filesOf(toolbox, base).write('one', 'new');
    assert.equal(await readFile(join(base, 'two'), 'utf8'), 'new');
  });

  oddity('a move that cannot be says which path is in the way', async (base) => {
    const files = filesOf(toolbox, base);
    await mkdir(join(base, 'directory'));
    await writeFile(join(base, 'file'), 'x');
    const inside = await rejectsWith(files.rename('directory', 'directory/inside'), 'FILE_ERROR');
    assert.equal(inside.context.errno, 'EINVAL');
    const onto = await rejectsWith(files.rename('directory', 'file'), 'NOT_DIRECTORY');
    const into = await rejectsWith(files.rename('file', 'missing/file'), 'FILE_NOT_FOUND');
    assert.deepEqual([onto.context.path, into.context.path], [join(base, 'file'), join(base, 'missing/file')]);
    await files.rename('file', 'file');
    assert.equal(await files.readText('file'), 'x');
    await rejectsWith(files.remove('/', { recursive: true }), 'PERMISSION_DENIED');
  });
}
