import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ShellFiles } from '../../../../src/sandbox/target/files/shell-files.ts';
import { rejectsWith, scratch } from '../../files/scratch.ts';
import type { LocalTargetOptions } from '../local-target.ts';
import { CountedTarget } from './counted-target.ts';
import { toolboxes } from './toolboxes.ts';

const large = Buffer.alloc(8 * 1024 * 1024, 'x');

for (const { name, missing, target: options } of toolboxes) {
  const cutTest = (sentence: string, run: (place: Place) => Promise<void>) =>
    test(`${name}: ${sentence}`, { skip: missing ?? false }, async (context) => run(await prepare(context, options)));

  cutTest(
    'a link cut while a file is written leaves none, and the old one as it was',
    async ({ far, files, target }) => {
      await writeFile(join(far, 'old'), 'old');
      cutAfter(target, 2_000_000);
      const error = await rejectsWith(files.write(join(far, 'old'), large), 'OUTCOME_UNKNOWN');
      assert.match(error.context.reason, /the cable/);
      target.sentBytes = 0;
      cutAfter(target, 2_000_000);
      await rejectsWith(files.write(join(far, 'new'), large), 'OUTCOME_UNKNOWN');
      await holdsOnly(far, 'old');
      assert.equal(await readFile(join(far, 'old'), 'utf8'), 'old');
    },
  );

  cutTest('a link cut while a directory is uploaded leaves nothing of it', async ({ far, local, files, target }) => {
    await writeFile(join(local, 'a'), large);
    await writeFile(join(local, 'b'), large);
    await mkdir(join(far, 'into'));
    for (const place of ['new', 'into']) {
      target.sentBytes = 0;
      cutAfter(target, 12_000_000);
      await rejectsWith(files.upload(local, join(far, place)), 'OUTCOME_UNKNOWN');
    }
    await holdsOnly(far, 'into');
    await holdsOnly(join(far, 'into'));
  });

  cutTest('a link cut while a file is uploaded leaves nothing of it', async ({ far, local, files, target }) => {
    await writeFile(join(local, 'a'), large);
    cutAfter(target, 2_000_000);
    await rejectsWith(files.upload(join(local, 'a'), join(far, 'new')), 'OUTCOME_UNKNOWN');
    await holdsOnly(far);
  });

  cutTest('a link cut while something is downloaded is told, and no half file stays', async (place) => {
    const { far, local, files, target } = place;
    await writeFile(join(far, 'large'), Buffer.alloc(64 * 1024 * 1024));
    for (const source of [join(far, 'large'), far]) {
      const onProgress = () => target.cutStreams('the cable was pulled');
      await rejectsWith(files.download(source, join(local, 'here'), { onProgress }), 'OUTCOME_UNKNOWN');
    }
    assert.deepEqual(await readdir(local, { recursive: true }), ['here']);
  });

  cutTest('a link cut while a file is read is told to the reader', async ({ far, files, target }) => {
    await writeFile(join(far, 'large'), Buffer.alloc(64 * 1024 * 1024));
    const reading = async () => {
      for await (const _ of files.readStream(join(far, 'large'))) target.cutStreams('the cable was pulled');
    };
    await rejectsWith(reading(), 'OUTCOME_UNKNOWN');
  });

  cutTest('a source that fails leaves the old file, and its own error is told', async ({ far, files, target }) => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield large;
      throw new Error('out of tape');
    }
    await writeFile(join(far, 'old'), 'old');
    await assert.rejects(files.write(join(far, 'old'), source()), /out of tape/);
    assert.deepEqual([await readdir(far), await readFile(join(far, 'old'), 'utf8')], [['old'], 'old']);
    assert.equal(target.live, 0);
  });

  cutTest('an abort stops a write and leaves nothing of it', async ({ far, files, target }) => {
    const controller = new AbortController();
    async function* source(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield large;
        controller.abort(new Error('enough'));
      }
    }
    await assert.rejects(files.write(join(far, 'new'), source(), { signal: controller.signal }), /enough/);
    assert.deepEqual([await readdir(far), target.live], [[], 0]);
  });

  cutTest('a reader that leaves early leaves no program behind', async ({ far, files, target }) => {
    await writeFile(join(far, 'large'), Buffer.alloc(64 * 1024 * 1024));
    for await (const _ of files.readStream(join(far, 'large'))) break;
    assert.equal(target.live, 0);
  });
}

interface Place {
  /** Directory of the target. */
  readonly far: string;
  /** Directory of this machine. */
  readonly local: string;
  readonly target: CountedTarget;
  readonly files: ShellFiles;
}

async function prepare(context: TestContext, options: LocalTargetOptions): Promise<Place> {
  const base = await scratch(context);
  await mkdir(join(base, 'far'));
  await mkdir(join(base, 'local'));
  const target = new CountedTarget(options);
  return { far: join(base, 'far'), local: join(base, 'local'), target, files: new ShellFiles(target) };
}

function cutAfter(target: CountedTarget, bytes: number): void {
  target.onSent = () => {
    if (target.sentBytes >= bytes) target.cutStreams('the cable was pulled');
  };
}

/** Waits until a directory holds these entries and no others: the far script clears up when it sees the end. */
async function holdsOnly(directory: string, ...names: readonly string[]): Promise<void> {
  for (;;) {
    const found = await readdir(directory);
    if (found.length === names.length) return assert.deepEqual(found, names);
    await new Promise((turn) => setTimeout(turn, 5));
  }
}
