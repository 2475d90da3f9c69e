import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  createModel,
  disposeCarry,
  initialCarry,
  loadModel,
  solveAll,
  stepModel,
  useBackend,
  writeOnnx,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';
import { caseFiles, GoldenCase, largestDifference } from './golden/fixture.ts';
import { tinyBatch, tinyConfig } from './tiny.ts';

const hasRuntime = await import('onnxruntime-node' as string).then(
  () => true,
  () => false,
);

test('a missing runtime is named with the command that installs it', {
  skip: hasRuntime && 'onnxruntime-node is installed',
}, async () => {
  await useBackend('cpu');
  using model = createModel(tinyConfig);
  await assert.rejects(compile(model, { engine: 'onnx' }), (error) => {
    assert.ok(RexError.is(error, 'DEPENDENCY_MISSING'));
    return /npm install .*onnxruntime-node/.test(error.context.install);
  });
});

test('the file holds every weight once', async () => {
  await useBackend('cpu');
  using model = createModel({ ...tinyConfig, hiddenSize: 32 });
  const { byteLength } = await writeOnnx(model);
  assert.ok(byteLength > 4 * model.parameterCount && byteLength < 4 * model.parameterCount + 30_000, `${byteLength}`);
});

for (const [name, change] of Object.entries({
  original: {},
  'learned positions, no puzzle': { positions: 'learned', puzzleEmbeddingSize: 0 },
  'padded prefix, shared module': { puzzleEmbeddingSize: 11, sharedModule: true },
} as const)) {
  test(`every step equals the one of TensorFlow.js: ${name}`, {
    skip: !hasRuntime && 'onnxruntime-node is not installed',
  }, async () => {
    await useBackend('cpu');
    using model = createModel({ ...tinyConfig, ...change }, { seed: 4 });
    await using compiled = await compile(model, { engine: 'onnx' });
    const batch = tinyBatch();
    const identifiers = Int32Array.from(batch.puzzleIdentifiers);
    let state = compiled.start(batch.size);
    let carry = initialCarry(model, batch.size);
    for (let step = 0; step < 3; step++) {
      const [ours, theirs] = [
        await compiled.step(state, batch.inputs, identifiers),
        await stepModel(model, carry, batch),
      ];
      disposeCarry(carry);
      ({ carry } = theirs);
      ({ state } = ours);
      assert.ok(largestDifference(ours.logits, await theirs.logits.data()) < 1e-5);
      assert.ok(largestDifference(ours.qHaltLogits, theirs.qHaltLogits) < 1e-5);
      assert.ok(largestDifference(state.high, await carry.state.high.data()) < 1e-5);
      theirs.logits.dispose();
    }
    disposeCarry(carry);
  });
}

test('puzzles are solved as on TensorFlow.js: in whole batches, halted early, from disturbed starts', {
  skip: !hasRuntime && 'onnxruntime-node is not installed',
}, async () => {
  await useBackend('cpu');
  using base = createModel(tinyConfig, { seed: 1 });
  const state = await base.stateDict();
  // A Q head that reads the state: rows differ in the step at which halt exceeds continue.
  const weights = Float32Array.from({ length: 16 }, (_, index) => Math.sin(3 * index));
  state.set('model.inner.q_head.weight', { shape: [2, 8], data: weights });
  using model = loadModel(tinyConfig, state);
  await using compiled = await compile(model, { engine: 'onnx' });
  const puzzles = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
    [0, 0, 1, 1],
  ];
  for (const options of [
    {},
    { maxSteps: 6, halting: 'q' as const },
    { rollouts: 3, noise: 1, seed: 8, puzzleIdentifiers: [2, 1, 0] },
  ]) {
    const [ours, theirs] = [await solveAll(compiled, puzzles, options), await solveAll(model, puzzles, options)];
    for (const [index, { trace, confidence }] of ours.entries()) {
      assert.deepEqual(
        trace.map(({ step, tokens, changedCells }) => ({ step, tokens, changedCells })),
        theirs[index]?.trace.map(({ step, tokens, changedCells }) => ({ step, tokens, changedCells })),
      );
      assert.ok(Math.abs(confidence - (theirs[index]?.confidence ?? 0)) < 1e-5);
    }
  }
  await assert.rejects(solveAll(compiled, [[1, 2, 3, 9]]), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
});

for (const path of caseFiles()) {
  const golden = new GoldenCase(path);
  test(`the original's numbers, case ${golden.name}`, {
    skip: !hasRuntime && 'onnxruntime-node is not installed',
  }, async (context) => {
    await useBackend('cpu');
    using model = loadModel(golden.config, golden.weights);
    await using compiled = await compile(model, { engine: 'onnx' });
    const { inputs, puzzleIdentifiers, size } = golden.batch('batch1');
    let state = compiled.start(size);
    let largest = 0;
    for (let step = 1; step <= golden.config.maxSteps; step++) {
      const result = await compiled.step(state, inputs, puzzleIdentifiers);
      ({ state } = result);
      largest = Math.max(largest, largestDifference(result.logits, golden.floats(`eval/step${step}/logits`)));
      largest = Math.max(largest, largestDifference(state.high, golden.floats(`eval/step${step}/z_H`)));
    }
    context.diagnostic(`largest difference ${largest}`);
    assert.ok(largest <= Math.max(1e-4, 10 * (golden.file.fp32_noise.eval_z_H as number)), `${largest}`);
  });
}
