import { RexError } from '../../core/errors.ts';
import { type Batch, copyRow } from '../act/batch.ts';
import { type Carry, disposeCarry, initialCarry } from '../act/carry.ts';
import { drawMinHaltSteps } from '../act/halting.ts';
import type { Dataset } from '../data/dataset.ts';
import { Sampler } from '../data/sampler.ts';
import type { StepMetrics } from '../losses/metrics.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { Random } from '../random.ts';
import { MovingAverage } from './ema.ts';
import { addGradients, averageGradients, normOf } from './gradient-sum.ts';
import { computeGradients, type Gradients } from './gradients.ts';
import { Optimiser } from './optimiser.ts';
import type { ResolvedTrainOptions } from './train-options.ts';

/** What one optimiser step did. */
export interface TrainedStep {
  /** Per row. */
  readonly loss: number;
  readonly metrics: StepMetrics;
  readonly learningRate: number;
  /** √Σg² over all trained tensors; only when asked for. */
  readonly gradientNorm: number;
}

/** Everything that a run changes: the model, both optimisers, the carries, the average, the random sources. */
export class Trainer implements Disposable {
  readonly model: HrmModel;
  readonly optimiser: Optimiser;
  readonly average: MovingAverage | undefined;
  sampler: Sampler;
  random: Random;
  /** One carry for each part of the batch. */
  carries: Carry[];
  readonly #options: ResolvedTrainOptions;

  constructor(model: HrmModel, dataset: Dataset, options: ResolvedTrainOptions) {
    const { batchSize, parts, seed, totalSteps, warmupSteps = 0, minRatio = 1 } = options;
    this.model = model;
    this.#options = options;
    this.optimiser = new Optimiser(model, { ...options, schedule: { totalSteps, warmupSteps, minRatio } });
    this.average = options.averageDecay === undefined ? undefined : new MovingAverage(model, options.averageDecay);
    this.sampler = new Sampler(dataset, batchSize, seed);
    this.random = new Random(seed + 1);
    this.carries = Array.from({ length: parts }, () => initialCarry(model, batchSize / parts));
  }

  /** Steps done so far. */
  get step(): number {
    return this.optimiser.adam.step;
  }

  /** One optimiser step. Throws `TRAINING_DIVERGED` before the update when the loss or the gradient is no finite number. */
  async advance(measureNorm: boolean): Promise<TrainedStep> {
    const { batchSize, parts } = this.#options;
    const batch = this.sampler.next(
      this.#options.fillHaltedOnly ? this.carries.flatMap(({ halted }) => [...halted]) : undefined,
    );
    let sum: Gradients | undefined;
    let loss = 0;
    let metrics: StepMetrics | undefined;
    for (const [index, carry] of this.carries.entries()) {
      const part = parts === 1 ? batch : takeRows(batch, (index * batchSize) / parts, batchSize / parts);
      const minHaltSteps = drawMinHaltSteps(this.model.config, part.size, this.random);
      const result = await computeGradients(this.model, carry, part, {
        minHaltSteps,
        recompute: this.#options.recompute === true,
      });
      disposeCarry(carry);
      result.logits.dispose();
      this.carries[index] = result.carry;
      sum = addGradients(sum, result.gradients);
      loss += result.loss;
      metrics = metrics ? addMetrics(metrics, result.metrics) : result.metrics;
    }
    using gradients = averageGradients(sum as Gradients, parts);
    const gradientNorm = measureNorm ? await normOf(gradients.tensors.values()) : Number.NaN;
    this.#guard('loss', loss);
    if (measureNorm) this.#guard('gradient norm', gradientNorm);
    const { learningRate } = await this.optimiser.step(gradients);
    this.average?.update(this.model);
    return { loss: loss / batchSize, metrics: metrics as StepMetrics, learningRate, gradientNorm };
  }

  [Symbol.dispose](): void {
    this.optimiser[Symbol.dispose]();
    this.average?.[Symbol.dispose]();
    for (const carry of this.carries) disposeCarry(carry);
    this.carries = [];
  }

  #guard(quantity: string, value: number): void {
    if (Number.isFinite(value)) return;
    throw new RexError(
      'TRAINING_DIVERGED',
      `the ${quantity} became ${value} at step ${this.step + 1}`,
      { step: this.step + 1, quantity, value },
      { hint: 'Continue from the last checkpoint with a lower learning rate or more warm-up.' },
    );
  }
}

function takeRows(batch: Batch, start: number, count: number): Batch {
  const length = batch.inputs.length / batch.size;
  const part = {
    size: count,
    inputs: new Int32Array(count * length),
    labels: new Int32Array(count * length),
    puzzleIdentifiers: new Int32Array(count),
  };
  for (let row = 0; row < count; row++) copyRow(batch, start + row, part, row);
  return part;
}

function addMetrics(a: StepMetrics, b: StepMetrics): StepMetrics {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof StepMetrics>;
  return Object.fromEntries(
    [...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  ) as unknown as StepMetrics;
}
