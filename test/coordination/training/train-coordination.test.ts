import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { recoveryRows } from '../../../src/coordination/synthesis/recovery-rows.ts';
import { trainCoordination } from '../../../src/coordination/training/train-coordination.ts';
import {
  type CoordinationTrainEvent,
  describeCoordinationEvent,
} from '../../../src/coordination/training/train-events.ts';
import type { CoordinationTrainOptions } from '../../../src/coordination/training/train-options.ts';
import { openCoordinator } from '../../../src/coordination/weights/open-coordinator.ts';
import { RexError } from '../../../src/core/errors.ts';
import { dependencyRows, smallConfig, smallEncoder, taskRows } from './task-rows.ts';

let folder = '';
before(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'hrm-rex-coordination-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const common = {
  rows: taskRows(60),
  dependencies: dependencyRows(10),
  recovery: recoveryRows(0, 20),
  config: smallConfig,
  encoder: smallEncoder,
  seed: 4,
  epochs: 2,
  batchSize: 16,
  reportEvery: 1,
  evaluateEvery: 3,
  now: () => 0,
} satisfies Omit<CoordinationTrainOptions, 'folder'>;

async function run(
  name: string,
  change: Partial<CoordinationTrainOptions> = {},
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<CoordinationTrainEvent[]> {
  const events: CoordinationTrainEvent[] = [];
  const stop = new AbortController();
  for await (const event of trainCoordination({
    ...common,
    folder: join(folder, name),
    signal: stop.signal,
    ...change,
  })) {
    events.push(event);
    if (event.type === 'step' && event.step === stopAfter) stop.abort();
  }
  return events;
}

const weights = async (name: string): Promise<Buffer> => await readFile(join(folder, name, 'model.safetensors'));

const curves = async (name: string): Promise<string> => await readFile(join(folder, name, 'curves.html'), 'utf8');

describe('trainCoordination', () => {
  test('from scratch gives the same weights to the digit', async () => {
    const tensors = tf.memory().numTensors;
    const first = await run('first');
    assert.equal(first.at(-1)?.type, 'finished');
    assert.equal(tf.memory().numTensors, tensors, 'no tensor stays');
    const second = await run('second');
    assert.deepEqual(
      second.filter((event) => event.type === 'step'),
      first.filter((event) => event.type === 'step'),
    );
    assert.deepEqual(await weights('second'), await weights('first'));
    const other = await run('third', { seed: 5 });
    assert.notDeepEqual(
      other.find((event) => event.type === 'step'),
      first.find((event) => event.type === 'step'),
    );
  });

  test('goes on from a checkpoint bit for bit', async () => {
    await run('whole');
    const part = await run('stopped', {}, 4);
    assert.deepEqual(part.at(-1), { type: 'finished', step: 4, reason: 'aborted' });
    const rest = await run('stopped');
    assert.equal(rest.find((event) => event.type === 'started')?.step, 4);
    assert.deepEqual(await weights('stopped'), await weights('whole'));
    assert.equal(await curves('stopped'), await curves('whole'), 'the curves begin where the first part began');
  });

  test('refuses the checkpoint of another run', async () => {
    await run('other', {}, 2);
    await assert.rejects(run('other', { learningRate: 2e-3 }), (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'));
  });

  test('learns what the rows say, and writes weights, card and curves', async () => {
    const events = await run('learned', { epochs: 12, evaluateEvery: 100, learningRate: 3e-3 });
    const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    assert.ok((losses.at(-1) as number) < (losses[0] as number), `${losses[0]} → ${losses.at(-1)}`);
    const card = await readFile(join(folder, 'learned', 'README.md'), 'utf8');
    assert.match(card, /Rows by licence: MIT 60/);
    assert.match(card, /seed 4/);
    assert.match(card, /\| ci-jobs \| 2 \| 1\.000 \| 0\.000 \|/, 'the order of both unseen graphs');
    assert.match(await readFile(join(folder, 'learned', 'curves.html'), 'utf8'), /<polyline/);
    const tensors = tf.memory().numTensors;
    {
      using coordinator = await openCoordinator({ folder: join(folder, 'learned') });
      const plan = await coordinator.predict({
        text: 'Change the component number 9 so that it works',
        workspace: { files: 40, ext: { ts: 30, txt: 10 }, markers: ['ci'] },
      });
      assert.ok((plan.agents[1] as number) > (plan.agents[0] as number), 'TypeScript rather than Python');
      assert.ok(Math.abs(plan.effort.reduce((sum, share) => sum + share, 0) - 1) < 1e-5);
      assert.ok(plan.steps >= 1 && plan.steps <= 2);
    }
    assert.equal(tf.memory().numTensors, tensors, 'a closed coordinator holds no tensor');
  });

  test('describes every event that a reader waits for', async () => {
    const events = await run('told');
    const lines = events.flatMap((event) => describeCoordinationEvent(event) ?? []);
    assert.match(lines[0] as string, /rows to learn/);
    assert.ok(lines.some((line) => /held-out loss/.test(line)));
    assert.match(lines.at(-1) as string, /^finished/);
  });

  test('says what is wrong with its options', async () => {
    for (const change of [{ epochs: 0 }, { rows: [] }, { wordDropout: 1 }]) {
      await assert.rejects(run('wrong', change), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
    }
  });
});
