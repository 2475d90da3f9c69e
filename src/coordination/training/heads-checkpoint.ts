import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { toHost } from '../../hrm/model/hrm-model.ts';
import { Random, type RandomState } from '../../hrm/random.ts';
import {
  readTrainingState,
  restoreOptimiser,
  storeOptimiser,
  type TrainingState,
  tensorsUnder,
  toTensor,
  writeTrainingState,
} from '../../hrm/training/training-state.ts';
import { corruptFile } from '../../hrm/weights/corrupt.ts';
import { SourceSampler, type SourceSamplerState } from '../data/source-sampler.ts';
import type { HeadsTrainer } from './heads-trainer.ts';

const FORMAT = 'hrm-rex-coordination-training/1';

/** The best tensors so far, by the loss on held-out sources. */
export interface BestState {
  readonly loss: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

interface StoredState extends TrainingState {
  /** Says which data and options the run belongs to. */
  readonly run: string;
  readonly averageUpdates: number;
  readonly bestLoss: number | null;
  readonly sampler: SourceSamplerState;
  readonly random: RandomState;
}

/** Writes all that an exact continuation needs; the previous checkpoint stays valid until the new one is complete. */
export async function writeHeadsCheckpoint(
  trainer: HeadsTrainer,
  best: BestState | undefined,
  run: string,
  folder: string,
): Promise<void> {
  const { model, adam, average } = trainer;
  const tensors = new Map<string, HostTensor>();
  for (const name of model.trainableNames) tensors.set(`model/${name}`, await toHost(model.tensor(name), false));
  await storeOptimiser(tensors, adam, average.tensors);
  for (const [name, tensor] of best?.tensors ?? []) tensors.set(`best/${name}`, tensor);
  await writeTrainingState<StoredState>(folder, tensors, {
    format: FORMAT,
    step: trainer.step,
    run,
    averageUpdates: average.updates,
    bestLoss: best?.loss ?? null,
    sampler: trainer.sampler.state,
    random: trainer.random.state,
  });
}

/**
 * Brings a trainer to the state of the checkpoint in a folder and returns its best tensors; undefined when there is none.
 *
 * @throws RexError `MODEL_FILE_CORRUPT` for a damaged checkpoint and for one of another run
 */
export async function readHeadsCheckpoint(
  trainer: HeadsTrainer,
  run: string,
  folder: string,
): Promise<{ readonly best: BestState | undefined } | undefined> {
  const found = await readTrainingState<StoredState>(folder, FORMAT);
  if (!found) return undefined;
  const { stored, path } = found;
  if (stored.run !== run) throw corruptFile(path, 'it belongs to a run with other data or options');
  const tensors = await found.readTensors();
  const { model, adam, average } = trainer;
  for (const [name, value] of tensorsUnder(tensors, 'model/')) model.replaceTensor(name, toTensor(value));
  restoreOptimiser(tensors, stored.step, adam, average.tensors);
  average.updates = stored.averageUpdates;
  trainer.sampler = new SourceSampler(trainer.sources, stored.sampler);
  trainer.random = new Random(stored.random);
  const best = tensorsUnder(tensors, 'best/');
  return { best: stored.bestLoss === null ? undefined : { loss: stored.bestLoss, tensors: best } };
}
