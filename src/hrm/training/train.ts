import { invalidArgument } from '../../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { normOf } from './gradient-sum.ts';
import type { TrainEvent } from './train-events.ts';
import { resolveTrainOptions, type TrainOptions } from './train-options.ts';
import { Trainer } from './trainer.ts';

/**
 * Trains a model in place, one event at a time: every step offers a new batch to a persistent carry, thinks once and updates
 * once (deep supervision). Leaving the loop ends the run and frees what it holds; the model stays. A run that finished with
 * `averageDecay` leaves the averaged parameters in the model. With a checkpoint folder, a run continues where the last one
 * stopped, bit for bit.
 *
 * @throws RexError `INVALID_ARGUMENT`, `TRAINING_DIVERGED` when the loss stops being a number, `MODEL_FILE_CORRUPT` for a
 * damaged checkpoint.
 */
export async function* train(
  model: HrmModel,
  dataset: Dataset,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void> {
  const resolved = resolveTrainOptions(options);
  const { totalSteps, checkpointFolder, testSet, signal, now } = resolved;
  checkDataset(model, dataset);
  using trainer = new Trainer(model, dataset, resolved);
  if (checkpointFolder) await readCheckpoint(trainer, checkpointFolder, dataset, resolved);
  yield { type: 'started', step: trainer.step, totalSteps, parameterCount: model.parameterCount };
  const [startStep, startedAt] = [trainer.step, now()];
  let best = -1;
  let sinceBest = 0;
  const finish = async function* (reason: 'completed' | 'aborted' | 'no-progress'): AsyncGenerator<TrainEvent, void> {
    if (checkpointFolder) {
      await writeCheckpoint(trainer, checkpointFolder);
      yield { type: 'checkpoint', step: trainer.step, folder: checkpointFolder };
    }
    trainer.average?.applyTo(model);
    yield { type: 'finished', step: trainer.step, reason };
  };
  while (trainer.step < totalSteps) {
    if (signal?.aborted) return yield* finish('aborted');
    const isReported = (trainer.step + 1) % resolved.reportEvery === 0 || trainer.step + 1 === totalSteps;
    const { loss, metrics, learningRate, gradientNorm } = await trainer.advance(isReported);
    const { step } = trainer;
    if (isReported) {
      const parameterNorm = await normOf(model.trainableNames.map((name) => model.tensor(name)));
      const stepsPerSecond = ((step - startStep) * 1000) / Math.max(1e-3, now() - startedAt);
      const remainingMs = ((totalSteps - step) * 1000) / stepsPerSecond;
      yield {
        type: 'step',
        step,
        loss,
        metrics,
        learningRate,
        gradientNorm,
        parameterNorm,
        stepsPerSecond,
        remainingMs,
      };
    }
    if (testSet && (step % resolved.evaluateEvery === 0 || step === totalSteps)) {
      const run = () => evaluate(model, testSet, { batchSize: resolved.batchSize });
      const evaluation = await (trainer.average ? trainer.average.with(model, run) : run());
      const isBest = evaluation.exactAccuracy > best;
      best = Math.max(best, evaluation.exactAccuracy);
      sinceBest = isBest ? 0 : sinceBest + 1;
      yield { type: 'evaluation', step, evaluation, isBest };
      if (resolved.patience !== undefined && sinceBest >= resolved.patience) return yield* finish('no-progress');
    }
    if (checkpointFolder && step % resolved.checkpointEvery === 0 && step < totalSteps) {
      await writeCheckpoint(trainer, checkpointFolder);
      yield { type: 'checkpoint', step, folder: checkpointFolder };
    }
  }
  yield* finish('completed');
}

function checkDataset(model: HrmModel, { info }: Dataset): void {
  const { sequenceLength, vocabularySize, puzzleIdentifierCount } = model.config;
  if (info.sequenceLength !== sequenceLength) {
    throw invalidArgument('dataset.info.sequenceLength', `${sequenceLength}, as the model`, info.sequenceLength);
  }
  if (info.vocabularySize > vocabularySize || info.puzzleIdentifierCount > puzzleIdentifierCount) {
    throw invalidArgument(
      'dataset.info',
      `at most ${vocabularySize} tokens and ${puzzleIdentifierCount} identifiers, as the model`,
      `${info.vocabularySize} and ${info.puzzleIdentifierCount}`,
    );
  }
}
