import { RexError } from '../../core/errors.ts';
import { AdamAtan2 } from '../../hrm/optimisers/adam-atan2.ts';
import { learningRate } from '../../hrm/optimisers/schedule.ts';
import { Random } from '../../hrm/random.ts';
import type { ExampleSet } from '../data/examples.ts';
import type { RecoveryExamples } from '../data/recovery-examples.ts';
import { SourceSampler } from '../data/source-sampler.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';
import { GradientMap } from './gradients.ts';
import { ParameterAverage } from './parameter-average.ts';
import { type LossWeights, lossWeights, takeBatch } from './plan-batch.ts';
import { addPlanGradients } from './plan-gradients.ts';
import { addRecoveryGradients } from './recovery-gradients.ts';

/** What decides a run of {@link HeadsTrainer}. */
export interface HeadsTrainerOptions {
  readonly totalSteps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  /** Share of the words that are left out of a training row. */
  readonly wordDropout: number;
  /** Decay of the moving average. */
  readonly averageDecay: number;
  readonly seed: number;
}

/** Mean losses of one training step. */
export interface HeadsStep {
  /** Loss of the plan after the last planning step, per row. */
  readonly plan: number;
  readonly halting: number;
  /** Loss of the executor's policy; absent without observations. */
  readonly recovery?: number;
  readonly learningRate: number;
}

/** Everything that a run changes: the model, the optimiser, the average and the random sources. */
export class HeadsTrainer implements Disposable {
  readonly model: CoordinationModel;
  readonly adam: AdamAtan2;
  readonly average: ParameterAverage;
  sampler: SourceSampler;
  random: Random;
  readonly #set: ExampleSet;
  readonly #recovery: RecoveryExamples | undefined;
  readonly #weights: LossWeights;
  readonly #options: HeadsTrainerOptions;

  constructor(
    model: CoordinationModel,
    set: ExampleSet,
    recovery: RecoveryExamples | undefined,
    options: HeadsTrainerOptions,
  ) {
    this.model = model;
    this.#set = set;
    this.#recovery = recovery;
    this.#options = options;
    this.#weights = lossWeights(set);
    this.adam = new AdamAtan2({ weightDecay: options.weightDecay });
    this.average = new ParameterAverage(model, options.averageDecay);
    this.sampler = new SourceSampler(set.sources, options.seed + 2);
    this.random = new Random(options.seed + 3);
  }

  /** Source of each row that is learned. */
  get sources(): readonly string[] {
    return this.#set.sources;
  }

  /** Optimiser steps done. */
  get step(): number {
    return this.adam.step;
  }

  /** One optimiser step on the next batch. @throws TRAINING_DIVERGED */
  async advance(): Promise<HeadsStep> {
    const { batchSize, wordDropout, totalSteps, warmupSteps, learningRate: base } = this.#options;
    using gradients = new GradientMap();
    const words = { dropout: wordDropout, random: this.random };
    const batch = takeBatch(this.#set, this.sampler.next(batchSize), this.#weights, words);
    const { plan, halting } = await addPlanGradients(this.model, batch, gradients);
    const observations = this.#recovery?.draw(Math.max(1, batchSize >> 2), this.random);
    const recovery = observations && (await addRecoveryGradients(this.model, observations, gradients));
    await gradients.collectWords(this.model);
    const loss = plan.at(-1) as number;
    if (!Number.isFinite(loss)) {
      const context = { step: this.step + 1, quantity: 'loss', value: loss };
      throw new RexError('TRAINING_DIVERGED', `the loss is ${loss} at step ${context.step}`, context, {
        hint: 'Use a lower learning rate.',
      });
    }
    const rate = learningRate(base, this.step + 1, { warmupSteps, totalSteps, minRatio: 0.05 });
    this.adam.beginStep();
    for (const name of this.model.trainableNames) {
      const gradient = gradients.tensors.get(name);
      if (gradient) this.model.replaceTensor(name, this.adam.update(name, this.model.tensor(name), gradient, rate));
    }
    this.average.update(this.model);
    return { plan: loss, halting, ...(recovery !== undefined && { recovery }), learningRate: rate };
  }

  [Symbol.dispose](): void {
    this.adam[Symbol.dispose]();
    this.average[Symbol.dispose]();
  }
}
