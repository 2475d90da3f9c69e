import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../../src/core/errors.ts';
import type { FileSystem } from '../../../../src/sandbox/files/file-system.ts';
import { LocalFileSystem } from '../../../../src/sandbox/files/local-files.ts';
import { inScratch } from '../../files/scratch.ts';
import { directory, name, plant, survey } from '../../files/trees.ts';
import { filesOf, toolboxes } from './toolboxes.ts';

const here = new LocalFileSystem();

for (const toolbox of toolboxes) {
  const files = filesOf(toolbox);
  const law = (sentence: string, check: (base: string) => Promise<void>) =>
    test(`${toolbox.name}: ${sentence}`, { skip: toolbox.missing ?? false }, () => inScratch(check));

  law('any content comes back under any name, whole and in part', async (base) => {
    const content = fc.uint8Array({ maxLength: 2_000 });
    const property = fc.asyncProperty(
      name,
      content,
      fc.nat(2_100),
      fc.nat(2_100),
      async (called, bytes, start, end) => {
        const path = join(base, called);
        await files.write(path, bytes);
        assert.deepEqual(Buffer.from(await files.readBytes(path)), Buffer.from(bytes));
        assert.deepEqual(
          Buffer.from(await files.readBytes(path, { start, end })),
          Buffer.from(bytes.slice(start, end)),
        );
        assert.deepEqual(await files.stat(path), await here.stat(path));
        await files.remove(path);
        assert.deepEqual(await readdir(base), []);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  law('any tree is listed as this machine lists it', async () => {
    const property = fc.asyncProperty(directory, fc.boolean(), (tree, recursive) =>
      inScratch(async (base) => {
        const top = join(base, 'top');
        await plant(top, tree);
        assert.deepEqual(await files.list(top, { recursive }), await here.list(top, { recursive }));
        await files.remove(top, { recursive: true });
        assert.deepEqual(await readdir(base), []);
      }),
    );
    await fc.assert(property, { numRuns: 40 });
  });

  law('any tree survives upload and download', async () => {
    const property = fc.asyncProperty(directory, (tree) =>
      inScratch(async (base) => {
        await plant(join(base, 'source'), tree);
        const before = await survey(join(base, 'source'), times);
        const up = await files.upload(join(base, 'source'), join(base, 'far/away/there'));
        assert.deepEqual(await survey(join(base, 'far/away/there'), times), before);
        const down = await files.download(join(base, 'far/away/there'), join(base, 'back'));
        assert.deepEqual(await survey(join(base, 'back'), times), before);
        assert.deepEqual(up, down);
      }),
    );
    await fc.assert(property, { numRuns: 40 });
  });
  const times = toolbox.wholeSeconds ? 'none' : 'ms';

  law('any tree merges into any other as on this machine', async () => {
    const merge = async (by: FileSystem, source: string, target: string) => {
      try {
        return await by.upload(source, target);
      } catch (error) {
        return RexError.is(error) ? error.code : error;
      }
    };
    const property = fc.asyncProperty(directory, directory, (tree, ground) =>
      inScratch(async (base) => {
        await plant(join(base, 'source'), tree);
        for (const place of ['ours', 'theirs']) {
          await mkdir(join(base, place));
          await plant(join(base, place, 'into'), ground);
        }
        const untouched = await survey(join(base, 'ours'), 'none');
        const result = await merge(files, join(base, 'source'), join(base, 'ours/into'));
        assert.deepEqual(result, await merge(here, join(base, 'source'), join(base, 'theirs/into')));
        const expected = typeof result === 'string' ? untouched : await survey(join(base, 'theirs'), 'none');
        assert.deepEqual(await survey(join(base, 'ours'), 'none'), expected);
      }),
    );
    await fc.assert(property, { numRuns: 40 });
  });
}
