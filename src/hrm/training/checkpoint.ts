import { type Carry, disposeCarry } from '../act/carry.ts';
import type { tf } from '../backend/tensorflow.ts';
import type { Dataset } from '../data/dataset.ts';
import { Sampler, type SamplerState } from '../data/sampler.ts';
import type { HostTensor } from '../model/host-tensor.ts';
import { toHost } from '../model/hrm-model.ts';
import { Random, type RandomState } from '../random.ts';
import { corruptFile } from '../weights/corrupt.ts';
import type { ResolvedTrainOptions } from './train-options.ts';
import type { Trainer } from './trainer.ts';
import {
  readTrainingState,
  restoreOptimiser,
  storeOptimiser,
  type TrainingState,
  tensorsUnder,
  toTensor,
  writeTrainingState,
} from './training-state.ts';

const FORMAT = 'hrm-rex-training/1';

interface StoredState extends TrainingState {
  readonly sampler: SamplerState;
  readonly random: RandomState;
  readonly carries: readonly {
    steps: number[];
    halted: number[];
    inputs: number[];
    labels: number[];
    puzzleIdentifiers: number[];
  }[];
}

/** Writes everything that an exact continuation needs; the previous checkpoint stays valid until the new one is complete. */
export async function writeCheckpoint(trainer: Trainer, folder: string): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of await trainer.model.stateDict()) tensors.set(`model/${name}`, entry);
  await storeOptimiser(tensors, trainer.optimiser.adam, trainer.average?.tensors);
  for (const [index, { state }] of trainer.carries.entries()) {
    tensors.set(`carry/${index}/high`, await toHost(state.high, false));
    tensors.set(`carry/${index}/low`, await toHost(state.low, false));
  }
  await writeTrainingState<StoredState>(folder, tensors, {
    format: FORMAT,
    step: trainer.step,
    sampler: trainer.sampler.state,
    random: trainer.random.state,
    carries: trainer.carries.map(({ steps, halted, data }) => ({
      steps: [...steps],
      halted: [...halted],
      inputs: [...data.inputs],
      labels: [...data.labels],
      puzzleIdentifiers: [...data.puzzleIdentifiers],
    })),
  });
}

/**
 * Brings a trainer to the state of the checkpoint in a folder; false when there is none. Throws `MODEL_FILE_CORRUPT` for a damaged
 * checkpoint and for one of another batch size, `WEIGHTS_MISMATCH` for one of another model.
 */
export async function readCheckpoint(
  trainer: Trainer,
  folder: string,
  dataset: Dataset,
  options: ResolvedTrainOptions,
): Promise<boolean> {
  const found = await readTrainingState<StoredState>(folder, FORMAT);
  if (!found) return false;
  const { stored, path } = found;
  const tensors = await found.readTensors();
  if (
    stored.carries.length !== trainer.carries.length ||
    stored.carries[0]?.steps.length !== trainer.carries[0]?.steps.length
  ) {
    throw corruptFile(path, 'it belongs to another batch size or number of parts');
  }
  trainer.model.loadStateDict(tensorsUnder(tensors, 'model/'));
  restoreOptimiser(tensors, stored.step, trainer.optimiser.adam, trainer.average?.tensors);
  for (const carry of trainer.carries) disposeCarry(carry);
  trainer.carries = stored.carries.map(
    (carry, index): Carry => ({
      state: {
        high: toTensor(tensors.get(`carry/${index}/high`) as HostTensor) as tf.Tensor3D,
        low: toTensor(tensors.get(`carry/${index}/low`) as HostTensor) as tf.Tensor3D,
      },
      steps: Int32Array.from(carry.steps),
      halted: Uint8Array.from(carry.halted),
      data: {
        size: carry.steps.length,
        inputs: Int32Array.from(carry.inputs),
        labels: Int32Array.from(carry.labels),
        puzzleIdentifiers: Int32Array.from(carry.puzzleIdentifiers),
      },
    }),
  );
  trainer.sampler = new Sampler(dataset, options.batchSize, stored.sampler);
  trainer.random = new Random(stored.random);
  return true;
}
