import { RexError } from '../../core/errors.ts';
import { encodeRows, packExamples } from '../data/examples.ts';
import { linearScores } from '../linear/linear-path.ts';
import { loadCoordinationModel } from '../model/coordination-model.ts';
import { HrmCoordinator } from '../model/hrm-coordinator.ts';
import { encodeSentences } from '../sentence/sentence-encoder.ts';
import { HeadsTrainer } from '../training/heads-trainer.ts';
import type { HeadTrainer } from './learn-from-runs.ts';

/** How trained heads go on learning. */
export interface HeadTrainerOptions {
  /** Optimiser steps. Default 60. */
  readonly steps?: number | undefined;
  /** Default 32, at most the number of rows. */
  readonly batchSize?: number | undefined;
  /** Small, so that what was learned stays. Default 0.0002. */
  readonly learningRate?: number | undefined;
}

/**
 * Fine-tunes heads on HRM with rows of one's own, for {@link learnFromRuns}: a copy of core and heads learns on, while the
 * linear path, the order and the calibration stay. `fineTune` throws `UNSUPPORTED` for coordinators without weights.
 */
export function headTrainer(options: HeadTrainerOptions = {}): HeadTrainer {
  const { steps = 60, batchSize = 32, learningRate = 2e-4 } = options;
  return {
    fineTune: async (coordinator, rows, { seed, signal }) => {
      if (!(coordinator instanceof HrmCoordinator)) throw withoutWeights(coordinator.name);
      const { parts } = coordinator;
      const texts = rows.map(({ text }) => text);
      const encoded = encodeRows(rows, parts.encoder, await encodeSentences(parts.sentence, texts));
      const linear = encoded.map((task) => linearScores(parts.linear, task));
      const examples = packExamples(rows, encoded, linear);
      const model = loadCoordinationModel(parts.model.config, await parts.model.stateDict());
      try {
        using trainer = new HeadsTrainer(model, examples, undefined, {
          ...{ totalSteps: steps, batchSize: Math.min(batchSize, rows.length), learningRate, seed },
          ...{ warmupSteps: Math.min(5, steps), weightDecay: 0.01, wordDropout: 0.1, averageDecay: 0.9 },
        });
        while (trainer.step < steps) {
          signal?.throwIfAborted();
          await trainer.advance();
        }
      } catch (error) {
        model[Symbol.dispose]();
        throw error;
      }
      return new HrmCoordinator({ ...parts, name: `${parts.name}+runs`, model });
    },
  };
}

function withoutWeights(name: string): RexError<'UNSUPPORTED'> {
  return new RexError(
    'UNSUPPORTED',
    `${name} has no weights to train`,
    { feature: 'fine-tuning' },
    {
      hint: 'Open trained weights with openCoordinator().',
    },
  );
}
