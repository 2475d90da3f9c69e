import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  buildSudoku,
  createModel,
  describeTrainEvent,
  evaluate,
  type HostTensor,
  type TrainEvent,
  type TrainOptions,
  tensorflow as tf,
  train,
  useBackend,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';

const { train: trainSet, test: testSet } = buildSudoku({
  size: 4,
  trainCount: 40,
  testCount: 8,
  clues: [12, 14],
  seed: 1,
});
const config = {
  ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 16, headCount: 2, highLayers: 1, lowLayers: 1 },
  maxSteps: 3,
};
const options: TrainOptions = {
  totalSteps: 6,
  batchSize: 4,
  learningRate: 3e-3,
  seed: 3,
  warmupSteps: 2,
  minRatio: 0.1,
};

before(async () => {
  await useBackend('wasm');
});

async function run(
  change: Partial<TrainOptions> = {},
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<{ events: TrainEvent[]; state: Map<string, HostTensor> }> {
  using model = createModel(config, { seed: 2 });
  const events: TrainEvent[] = [];
  for await (const event of train(model, trainSet, { ...options, ...change })) {
    events.push(event);
    if (event.type === 'step' && event.step === stopAfter) break;
  }
  return { events, state: await model.stateDict() };
}

const losses = (events: readonly TrainEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

describe('train', () => {
  test('tells of its start, every step, the evaluation and its end', async () => {
    const { events } = await run({ testSet });
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'step', 'step', 'step', 'step', 'step', 'step', 'evaluation', 'finished'],
    );
    const step = events[1];
    assert.ok(step?.type === 'step' && step.gradientNorm > 0 && step.parameterNorm > 0 && step.learningRate === 1.5e-3);
    assert.match(describeTrainEvent(step, 6) ?? '', /^step 1\/6 loss /);
  });

  test('a seed decides the whole run', async () => {
    const [first, again] = [await run(), await run()];
    assert.deepEqual(losses(first.events), losses(again.events));
    assert.deepEqual(first.state, again.state);
    assert.notDeepEqual(losses((await run({ seed: 4 })).events), losses(first.events));
  });

  test('a run continues bit for bit where its checkpoint stopped, average included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hrm-train-'));
    try {
      const change = { averageDecay: 0.9, testSet };
      const whole = await run(change);
      await run({ ...change, checkpointFolder: folder, checkpointEvery: 2 }, 5);
      const rest = await run({ ...change, checkpointFolder: folder });
      assert.deepEqual(rest.events[0], { ...whole.events[0], step: 4 });
      assert.deepEqual(losses(rest.events), losses(whole.events).slice(4));
      assert.deepEqual(rest.state, whole.state);
      const scores = (events: readonly TrainEvent[]) => events.filter(({ type }) => type === 'evaluation');
      assert.deepEqual(scores(rest.events), scores(whole.events));

      const file = (await readdir(folder)).find((name) => name.endsWith('.safetensors')) as string;
      const bytes = await readFile(join(folder, file));
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      await writeFile(join(folder, file), bytes);
      await assert.rejects(run({ checkpointFolder: folder }), (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a finished run leaves the moving average in the model', async () => {
    const name = 'model.inner.lm_head.weight';
    const weightAfter = async (change: Partial<TrainOptions>): Promise<Float32Array> =>
      (await run({ totalSteps: 1, warmupSteps: 0, ...change })).state.get(name)?.data as Float32Array;
    using untrained = createModel(config, { seed: 2 });
    const before = (await untrained.stateDict()).get(name)?.data as Float32Array;
    const [after, average] = [await weightAfter({}), await weightAfter({ averageDecay: 0.75 })];
    assert.notDeepEqual(after, before);
    for (const [at, value] of average.entries()) {
      const expected = 0.75 * (before[at] as number) + 0.25 * (after[at] as number);
      assert.ok(Math.abs(value - expected) < 1e-6, `${value} at ${at}, expected ${expected}`);
    }
  });

  test('a batch in parts has the gradient of the whole batch', async () => {
    const change = { totalSteps: 1 };
    const norm = ({ events }: { events: TrainEvent[] }): number =>
      events[1]?.type === 'step' ? events[1].gradientNorm : 0;
    const [whole, parts] = [norm(await run(change)), norm(await run({ ...change, parts: 2 }))];
    assert.ok(Math.abs(whole - parts) < 1e-4 * whole, `${whole}, ${parts}`);
  });

  test('computing the blocks again gives the same losses and parameters', async () => {
    const [kept, again] = [await run(), await run({ recompute: true })];
    assert.deepEqual(losses(again.events), losses(kept.events));
    assert.deepEqual(again.state, kept.state);
  });

  test('filling halted rows only loses no example', async () => {
    const { events } = await run({ fillHaltedOnly: true });
    assert.equal(losses(events).length, 6);
    assert.notDeepEqual(losses(events), losses((await run()).events));
  });

  test('an aborted run ends after the present step, a run without progress after its patience', async () => {
    const controller = new AbortController();
    controller.abort();
    assert.deepEqual((await run({ signal: controller.signal })).events.at(-1), {
      type: 'finished',
      step: 0,
      reason: 'aborted',
    });
    const { events } = await run({ testSet, evaluateEvery: 1, patience: 2, learningRate: 0 });
    assert.deepEqual(events.at(-1), { type: 'finished', step: 3, reason: 'no-progress' });
  });

  test('a loss that is no number stops the run before the update', async () => {
    using model = createModel(config);
    model.replaceTensor('model.inner.lm_head.weight', tf.fill([16, 6], Number.NaN));
    const events = train(model, trainSet, options);
    await events.next();
    await assert.rejects(events.next(), (error) => RexError.is(error, 'TRAINING_DIVERGED') && error.context.step === 1);
  });

  test('a thousand updates hold what one holds, and leave no tensor behind', async () => {
    using model = createModel(config);
    const tensors = tf.memory().numTensors;
    const change = { totalSteps: 1000, batchSize: 2, evaluateEvery: 250, testSet, averageDecay: 0.9 };
    const held = new Set<string>();
    for await (const event of train(model, trainSet, { ...options, ...change })) {
      if (event.type === 'evaluation') assert.equal(event.evaluation.count, 8);
      if (event.type === 'step') held.add(`${tf.memory().numTensors} tensors, ${tf.memory().numBytes} bytes`);
    }
    assert.equal(held.size, 1, [...held].join('; '));
    assert.equal(tf.memory().numTensors, tensors);
  });

  test('a data set of another shape is refused', async () => {
    using model = createModel({ ...config, sequenceLength: 9 });
    await assert.rejects(train(model, trainSet, options).next(), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
  });
});

test('a small model learns: most cells of easy 4x4 Sudoku are right after 150 steps', async () => {
  using model = createModel({ ...config, hiddenSize: 32 }, { seed: 1 });
  const before = (await evaluate(model, testSet)).accuracy;
  for await (const _ of train(model, trainSet, { ...options, totalSteps: 150, batchSize: 8 }));
  const after = (await evaluate(model, testSet)).accuracy;
  assert.ok(before < 0.5 && after > 0.8, `${before} → ${after}`);
});
