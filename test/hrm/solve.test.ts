import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createModel, loadModel, type SolveStep, solve, solveAll, tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { tinyConfig } from './tiny.ts';

const puzzles = [
  [1, 2, 3, 4],
  [4, 3, 2, 1],
  [0, 0, 1, 1],
];

before(async () => {
  await useBackend('wasm');
});

describe('solve', () => {
  test('gives the answer, its confidence and every step on the way', async () => {
    using model = createModel(tinyConfig, { seed: 1 });
    const told: SolveStep[] = [];
    const solution = await solve(model, puzzles[0] as number[], { onStep: (step) => told.push(step) });
    assert.deepEqual(told, solution.trace);
    assert.deepEqual(
      solution.trace.map(({ step }) => step),
      [1, 2, 3],
    );
    assert.equal(solution.tokens.length, 4);
    assert.ok(Math.abs(solution.confidence - 1 / (1 + Math.exp(5))) < 1e-6, 'an untrained Q head says −5');
  });

  test('a budget above the training one is honoured, alone or in a batch with the same answers', async () => {
    using model = createModel(tinyConfig, { seed: 1 });
    const together = await solveAll(model, puzzles, { maxSteps: 7 });
    assert.deepEqual(
      together.map(({ step }) => step),
      [7, 7, 7],
    );
    for (const [index, puzzle] of puzzles.entries()) {
      assert.deepEqual((await solve(model, puzzle, { maxSteps: 7 })).tokens, together[index]?.tokens);
    }
  });

  test('a puzzle whose Q head halts leaves the batch; the others go on', async () => {
    using base = createModel(tinyConfig, { seed: 1 });
    const state = await base.stateDict();
    // A Q head that reads the state: rows differ in the step at which halt exceeds continue.
    const weights = Float32Array.from({ length: 16 }, (_, index) => Math.sin(3 * index));
    state.set('model.inner.q_head.weight', { shape: [2, 8], data: weights });
    using model = loadModel(tinyConfig, state);
    const tensors = tf.memory().numTensors;
    const fixed = await solveAll(model, puzzles, { maxSteps: 6 });
    const halted = await solveAll(model, puzzles, { maxSteps: 6, halting: 'q' });
    assert.ok(
      halted.some(({ step }) => step < 6),
      halted.map(({ step }) => step).join(),
    );
    for (const [index, { step, trace }] of halted.entries()) {
      assert.deepEqual(
        trace.map(({ tokens }) => tokens),
        fixed[index]?.trace.slice(0, step).map(({ tokens }) => tokens),
      );
    }
    assert.equal(tf.memory().numTensors, tensors);
  });

  test('rollouts start disturbed; a verifier ends them, otherwise the most confident wins', async () => {
    using model = createModel(tinyConfig, { seed: 1 });
    const tries: number[] = [];
    const verify = () => tries.length >= 6;
    const onStep = (_: SolveStep, __: number, rollout: number) => tries.push(rollout);
    await solve(model, puzzles[0] as number[], { rollouts: 5, verify, onStep, noise: 1 });
    assert.deepEqual(tries, [0, 0, 0, 1, 1, 1]);
    const seeded = await solve(model, puzzles[0] as number[], { rollouts: 3, noise: 1, seed: 8 });
    assert.deepEqual(await solve(model, puzzles[0] as number[], { rollouts: 3, noise: 1, seed: 8 }), seeded);
  });

  test('an aborted signal ends the solving and leaves no tensor', async () => {
    using model = createModel(tinyConfig);
    const tensors = tf.memory().numTensors;
    const signal = AbortSignal.abort();
    await assert.rejects(solve(model, puzzles[0] as number[], { signal }), { name: 'AbortError' });
    assert.equal(tf.memory().numTensors, tensors);
  });
});
