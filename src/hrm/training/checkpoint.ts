import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Carry, disposeCarry } from '../act/carry.ts';
import { tf } from '../backend/tensorflow.ts';
import type { Dataset } from '../data/dataset.ts';
import { Sampler, type SamplerState } from '../data/sampler.ts';
import type { HostTensor } from '../model/host-tensor.ts';
import { toHost } from '../model/hrm-model.ts';
import { Random, type RandomState } from '../random.ts';
import { corruptFile } from '../weights/corrupt.ts';
import { sha256, writeAtomically } from '../weights/model-file.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { ResolvedTrainOptions } from './train-options.ts';
import type { Trainer } from './trainer.ts';

const STATE = 'training.json';

interface StoredState {
  readonly format: 'hrm-rex-training/1';
  readonly step: number;
  readonly tensors: string;
  readonly sha256: string;
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
  for (const [name, { first, second }] of trainer.optimiser.adam.moments) {
    tensors.set(`first/${name}`, await toHost(first, false));
    tensors.set(`second/${name}`, await toHost(second, false));
  }
  for (const [name, average] of trainer.average?.tensors ?? [])
    tensors.set(`average/${name}`, await toHost(average, false));
  for (const [index, { state }] of trainer.carries.entries()) {
    tensors.set(`carry/${index}/high`, await toHost(state.high, false));
    tensors.set(`carry/${index}/low`, await toHost(state.low, false));
  }
  const file = `training-${trainer.step}.safetensors`;
  const bytes = writeSafetensors(tensors);
  const stored: StoredState = {
    format: 'hrm-rex-training/1',
    step: trainer.step,
    tensors: file,
    sha256: sha256(bytes),
    sampler: trainer.sampler.state,
    random: trainer.random.state,
    carries: trainer.carries.map(({ steps, halted, data }) => ({
      steps: [...steps],
      halted: [...halted],
      inputs: [...data.inputs],
      labels: [...data.labels],
      puzzleIdentifiers: [...data.puzzleIdentifiers],
    })),
  };
  await writeAtomically(join(folder, file), bytes);
  await writeAtomically(join(folder, STATE), JSON.stringify(stored));
  for (const name of await readdir(folder)) {
    if (/^training-\d+\.safetensors$/.test(name) && name !== file) await rm(join(folder, name), { force: true });
  }
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
  const path = join(folder, STATE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return false;
  const stored = parse(text, path);
  const bytes = await readFile(join(folder, stored.tensors)).catch((error: unknown) => {
    throw corruptFile(path, `${stored.tensors} cannot be read`, error);
  });
  if (sha256(bytes) !== stored.sha256) throw corruptFile(join(folder, stored.tensors), 'its checksum is wrong');
  const { tensors } = readSafetensors(bytes, stored.tensors);
  if (
    stored.carries.length !== trainer.carries.length ||
    stored.carries[0]?.steps.length !== trainer.carries[0]?.steps.length
  ) {
    throw corruptFile(path, 'it belongs to another batch size or number of parts');
  }
  trainer.model.loadStateDict(under(tensors, 'model/'));
  const { adam } = trainer.optimiser;
  adam.step = stored.step;
  for (const [name, first] of under(tensors, 'first/')) {
    const second = tensors.get(`second/${name}`) as HostTensor;
    adam.moments.set(name, { first: tf.keep(toTensor(first)), second: tf.keep(toTensor(second)) });
  }
  for (const [name, average] of under(tensors, 'average/')) {
    trainer.average?.tensors.get(name)?.dispose();
    trainer.average?.tensors.set(name, tf.keep(toTensor(average)));
  }
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

function parse(text: string, path: string): StoredState {
  try {
    const stored = JSON.parse(text) as StoredState;
    if (stored.format === 'hrm-rex-training/1' && !/[/\\]/.test(stored.tensors)) return stored;
  } catch (error) {
    throw corruptFile(path, 'it is no JSON', error);
  }
  throw corruptFile(path, 'it is no training state of this version');
}

function under(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  return new Map(
    [...tensors].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  );
}

function toTensor({ data, shape }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], 'float32');
}
