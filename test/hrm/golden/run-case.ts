import assert from 'node:assert/strict';
import {
  type Carry,
  computeGradients,
  disposeCarry,
  type HostTensor,
  type HrmModel,
  initialCarry,
  loadModel,
  Optimiser,
  readGradients,
  type StepMetrics,
  type StepResult,
  stepModel,
} from 'hrm-rex/hrm';
import { type GoldenCase, largestDifference, relativeDistance, type TrainRecord } from './fixture.ts';

/** Largest errors that a run met, by quantity. */
export type Errors = Record<string, number>;

/** Steps a model of the case through the evaluation run and compares every output. */
export async function checkEvaluation(golden: GoldenCase): Promise<Errors> {
  const errors: Errors = {};
  using model = loadModel(golden.config, golden.weights);
  assert.equal(model.parameterCount, golden.file.num_params);
  let carry = initialCarry(model, golden.file.config.batch_size);
  for (let step = 1; step <= golden.config.maxSteps; step++) {
    const result = await stepModel(model, carry, golden.batch('batch1'));
    disposeCarry(carry);
    carry = result.carry;
    await compareStep(golden, `eval/step${step}`, result, errors);
    result.logits.dispose();
  }
  disposeCarry(carry);
  return errors;
}

/** Trains a model of the case with the recorded draws and compares outputs, gradients and parameters. */
export async function checkTraining(golden: GoldenCase): Promise<Errors> {
  const errors: Errors = {};
  using model = loadModel(golden.config, golden.weights);
  using optimiser = createOptimiser(golden, model);
  let carry: Carry = initialCarry(model, golden.file.config.batch_size);
  for (const [index, record] of golden.file.train.entries()) {
    const prefix = `train/step${index + 1}`;
    const draws = `${prefix}/min_halt_steps`;
    const options = golden.has(draws) ? { minHaltSteps: golden.integers(draws) } : {};
    const result = await computeGradients(model, carry, golden.batch(`batch${index + 1}`), options);
    disposeCarry(carry);
    carry = result.carry;
    await compareStep(golden, prefix, result, errors);
    result.logits.dispose();
    assert.deepEqual(carry.data, golden.batch(`${prefix}/current_data`));
    if (result.targetQContinue) {
      within(golden, errors, 'target', result.targetQContinue, golden.floats(`${prefix}/target_q_continue`));
    }
    compareLoss(record, result.loss, result.metrics, errors);
    await compareGradients(golden, prefix, record, await readGradients(model, result.gradients), errors);
    const rates = await optimiser.step(result.gradients);
    result.gradients[Symbol.dispose]();
    assert.ok(Math.abs(rates.learningRate - record.lr) < 1e-12);
    assert.ok(Math.abs((rates.puzzleLearningRate ?? 0) - (record.puzzle_emb_lr ?? 0)) < 1e-12);
    await compareParameters(golden, prefix, record, model, errors);
  }
  disposeCarry(carry);
  return errors;
}

export function createOptimiser(golden: GoldenCase, model: HrmModel): Optimiser {
  const { train_config: train } = golden.file;
  return new Optimiser(model, {
    learningRate: train.lr as number,
    puzzleLearningRate: train.puzzle_emb_lr as number,
    weightDecay: train.weight_decay as number,
    puzzleWeightDecay: train.puzzle_emb_weight_decay as number,
    beta1: train.beta1 as number,
    beta2: train.beta2 as number,
    schedule: {
      warmupSteps: train.lr_warmup_steps as number,
      totalSteps: train.total_steps as number,
      minRatio: train.lr_min_ratio as number,
    },
  });
}

async function compareStep(golden: GoldenCase, prefix: string, result: StepResult, errors: Errors): Promise<void> {
  const { carry } = result;
  within(golden, errors, 'logits', await result.logits.data(), golden.floats(`${prefix}/logits`));
  within(golden, errors, 'q', result.qHaltLogits, golden.floats(`${prefix}/q_halt_logits`));
  within(golden, errors, 'q', result.qContinueLogits, golden.floats(`${prefix}/q_continue_logits`));
  within(golden, errors, 'z', await carry.state.high.data(), golden.floats(`${prefix}/z_H`));
  within(golden, errors, 'z', await carry.state.low.data(), golden.floats(`${prefix}/z_L`));
  assert.deepEqual([...carry.steps], [...golden.integers(`${prefix}/steps`)], `${prefix}/steps`);
  assert.deepEqual([...carry.halted], [...golden.integers(`${prefix}/halted`)], `${prefix}/halted`);
}

function compareLoss(record: TrainRecord, loss: number, metrics: StepMetrics, errors: Errors): void {
  const relative = Math.abs(loss - record.loss) / Math.abs(record.loss);
  note(errors, 'loss (relative)', relative);
  assert.ok(relative < 1e-5, `loss ${loss}, expected ${record.loss}`);
  const counts = ['count', 'exact_accuracy', 'q_halt_accuracy', 'steps'] as const;
  const ours = [metrics.count, metrics.exactAccuracy, metrics.qHaltAccuracy, metrics.steps];
  assert.deepEqual(
    ours,
    counts.map((name) => record.metrics[name]),
  );
  assert.ok(Math.abs(metrics.accuracy - (record.metrics.accuracy as number)) < 1e-6);
  for (const [name, value] of [
    ['lm_loss', metrics.lmLoss],
    ['q_halt_loss', metrics.qHaltLoss],
    ['q_continue_loss', metrics.qContinueLoss],
  ] as const) {
    const expected = record.metrics[name];
    if (expected !== undefined) assert.ok(Math.abs((value ?? 0) - expected) < 1e-5 * Math.max(1, expected), name);
  }
}

async function compareGradients(
  golden: GoldenCase,
  prefix: string,
  record: TrainRecord,
  gradients: ReadonlyMap<string, HostTensor>,
  errors: Errors,
): Promise<void> {
  const stored = golden.under(`${prefix}/grad/`);
  for (const [name, expected] of stored) {
    const distance = relativeDistance(gradients.get(name)?.data ?? [], expected.data);
    note(errors, 'gradient (relative L2)', distance);
    assert.ok(distance < 1e-3, `${prefix} gradient of ${name}: relative distance ${distance}`);
  }
  for (const [name, { l2 }] of Object.entries(record.grad_stats)) {
    const gradient = gradients.get(name)?.data;
    assert.ok(gradient, `${prefix}: no gradient of ${name}`);
    assert.ok(
      Math.abs(norm(gradient) - l2) < 1e-3 * l2 + 1e-7,
      `${prefix} gradient norm of ${name}: ${norm(gradient)}, expected ${l2}`,
    );
  }
}

async function compareParameters(
  golden: GoldenCase,
  prefix: string,
  record: TrainRecord,
  model: HrmModel,
  errors: Errors,
): Promise<void> {
  const state = await model.stateDict();
  for (const [name, { l2 }] of Object.entries(record.param_stats)) {
    const found = norm((state.get(name) as HostTensor).data);
    assert.ok(Math.abs(found - l2) < 1e-4 * l2 + 1e-6, `${prefix} norm of ${name}: ${found}, expected ${l2}`);
  }
  for (const [name, expected] of golden.under(`${prefix}/params/`)) {
    const { data } = state.get(name) as HostTensor;
    const beyond = [...data.keys()].filter(
      (at) => Math.abs((data[at] as number) - (expected.data[at] as number)) > 2e-5,
    );
    note(errors, 'parameter', largestDifference(data, expected.data));
    assert.ok(
      beyond.length <= data.length / 1000,
      `${prefix} ${name}: ${beyond.length} of ${data.length} values are off`,
    );
    assert.ok(largestDifference(data, expected.data) <= 2 * record.lr, `${prefix} ${name}`);
  }
}

function within(
  golden: GoldenCase,
  errors: Errors,
  quantity: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  const noise = Math.max(...['eval_logits', 'eval_z_H', 'eval_q'].map((name) => golden.file.fp32_noise[name] ?? 0));
  const difference = largestDifference(actual, expected);
  note(errors, quantity, difference);
  assert.ok(difference <= Math.max(1e-4, 10 * noise), `${golden.name} ${quantity}: off by ${difference}`);
}

function note(errors: Errors, quantity: string, value: number): void {
  errors[quantity] = Math.max(errors[quantity] ?? 0, value);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
