import type { HrmModel } from '../model/hrm-model.ts';
import { AdamAtan2 } from '../optimisers/adam-atan2.ts';
import { learningRate, type Schedule } from '../optimisers/schedule.ts';
import { signSgd } from '../optimisers/sign-sgd.ts';
import type { Gradients } from './gradients.ts';

/** Learning rates and decays of a run, with the original's defaults. */
export interface OptimiserOptions {
  /** Base rate of AdamATan2, default 1e-4. */
  readonly learningRate?: number;
  /** Base rate of the puzzle table, default 1e-2. */
  readonly puzzleLearningRate?: number;
  /** Default 0.1. */
  readonly weightDecay?: number;
  /** Default 0.1. */
  readonly puzzleWeightDecay?: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.95. */
  readonly beta2?: number;
  /** Default: no warm-up, constant rate. */
  readonly schedule?: Schedule;
}

/** The rates that an update used. */
export interface AppliedRates {
  readonly learningRate: number;
  /** Absent when the model has no puzzle table. */
  readonly puzzleLearningRate?: number;
}

/** Both optimisers of a model: SignSGD for the puzzle table, then AdamATan2 for everything else. */
export class Optimiser implements Disposable {
  readonly adam: AdamAtan2;
  readonly #model: HrmModel;
  readonly #options: OptimiserOptions;

  constructor(model: HrmModel, options: OptimiserOptions = {}) {
    this.#model = model;
    this.#options = options;
    this.adam = new AdamAtan2(options);
  }

  /** Updates the model once with the rates of the next step. The gradients stay the caller's to dispose. */
  async step(gradients: Gradients): Promise<AppliedRates> {
    const { schedule = { warmupSteps: 0, totalSteps: 1, minRatio: 1 }, puzzleWeightDecay = 0.1 } = this.#options;
    const step = this.adam.step + 1;
    const rate = learningRate(this.#options.learningRate ?? 1e-4, step, schedule);
    const puzzleRate = learningRate(this.#options.puzzleLearningRate ?? 1e-2, step, schedule);
    const { puzzleTable } = this.#model;
    if (puzzleTable && gradients.puzzleRows) {
      const rows = await gradients.puzzleRows.data<'float32'>();
      signSgd(puzzleTable, gradients.puzzleIdentifiers, rows, puzzleRate, puzzleWeightDecay);
    }
    this.adam.beginStep();
    for (const [name, gradient] of gradients.tensors) {
      this.#model.replaceTensor(name, this.adam.update(name, this.#model.tensor(name), gradient, rate));
    }
    return { learningRate: rate, ...(puzzleTable && { puzzleLearningRate: puzzleRate }) };
  }

  [Symbol.dispose](): void {
    this.adam[Symbol.dispose]();
  }
}
