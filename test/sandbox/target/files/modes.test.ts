import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inScratch } from '../../files/scratch.ts';
import { survey } from '../../files/trees.ts';
import { filesOf, gnu, toolboxes } from './toolboxes.ts';

for (const toolbox of toolboxes) {
  const skip = toolbox.missing ?? false;

  test(`${toolbox.name}: files that forbid their owner to write are written, carried and merged`, { skip }, () =>
    inScratch(async (base) => {
      const files = filesOf(toolbox, base);
      await files.write('written', 'x', { mode: 0o444 });
      await files.append('appended', 'x', { mode: 0o444 });
      assert.equal(await files.readText('appended'), 'x');
      await mkdir(join(base, 'source/open'), { recursive: true });
      await writeFile(join(base, 'source/open/file'), 'x');
      await chmod(join(base, 'source/open'), 0o775);
      await chmod(join(base, 'source/open/file'), 0o464);
      await files.upload(join(base, 'source/open/file'), 'single');
      for (const path of ['written', 'appended']) assert.equal((await files.stat(path)).mode, 0o444);
      assert.equal((await files.stat('single')).mode, 0o464);
      await mkdir(join(base, 'into'));
      for (const place of ['new', 'into', 'into']) {
        await files.upload(join(base, 'source'), place);
        assert.deepEqual(
          await survey(join(base, place, 'open'), 'none'),
          await survey(join(base, 'source/open'), 'none'),
        );
      }
    }),
  );
}

test('a directory that forbids its owner to write is carried into a new and into an existing one', () =>
  inScratch(async (base) => {
    await mkdir(join(base, 'source/closed'), { recursive: true });
    await writeFile(join(base, 'source/closed/file'), 'x');
    await chmod(join(base, 'source/closed'), 0o555);
    await mkdir(join(base, 'into'));
    for (const place of ['new', 'into']) {
      await filesOf(gnu, base).upload(join(base, 'source'), place);
      assert.deepEqual(await survey(join(base, place, 'closed')), await survey(join(base, 'source/closed')));
    }
    for (const place of ['source', 'new', 'into']) await chmod(join(base, place, 'closed'), 0o755);
  }));
