import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tf } from '../../hrm/backend/tensorflow.ts';
import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { Random, type RandomState } from '../../hrm/random.ts';
import { corruptFile } from '../../hrm/weights/corrupt.ts';
import { sha256, writeAtomically } from '../../hrm/weights/model-file.ts';
import { readSafetensors, writeSafetensors } from '../../hrm/weights/safetensors.ts';
import { SourceSampler, type SourceSamplerState } from '../data/source-sampler.ts';
import type { HeadsTrainer } from './heads-trainer.ts';

const STATE = 'training.json';

/** The best tensors so far, by the loss on held-out sources. */
export interface BestState {
  readonly loss: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

interface StoredState {
  readonly format: 'hrm-rex-coordination-training/1';
  readonly step: number;
  readonly tensors: string;
  readonly sha256: string;
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
  for (const name of model.trainableNames) {
    tensors.set(`model/${name}`, await toHost(model.tensor(name)));
    tensors.set(`average/${name}`, await toHost(average.tensors.get(name) as tf.Tensor));
  }
  for (const [name, { first, second }] of adam.moments) {
    tensors.set(`first/${name}`, await toHost(first));
    tensors.set(`second/${name}`, await toHost(second));
  }
  for (const [name, tensor] of best?.tensors ?? []) tensors.set(`best/${name}`, tensor);
  const file = `training-${trainer.step}.safetensors`;
  const bytes = writeSafetensors(tensors);
  const stored: StoredState = {
    format: 'hrm-rex-coordination-training/1',
    step: trainer.step,
    tensors: file,
    sha256: sha256(bytes),
    run,
    averageUpdates: average.updates,
    bestLoss: best?.loss ?? null,
    sampler: trainer.sampler.state,
    random: trainer.random.state,
  };
  await writeAtomically(join(folder, file), bytes);
  await writeAtomically(join(folder, STATE), JSON.stringify(stored));
  for (const name of await readdir(folder)) {
    if (/^training-\d+\.safetensors$/.test(name) && name !== file) await rm(join(folder, name), { force: true });
  }
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
  const path = join(folder, STATE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const stored = parse(text, path);
  if (stored.run !== run) throw corruptFile(path, 'it belongs to a run with other data or options');
  const bytes = await readFile(join(folder, stored.tensors)).catch((error: unknown) => {
    throw corruptFile(path, `${stored.tensors} cannot be read`, error);
  });
  if (sha256(bytes) !== stored.sha256) throw corruptFile(join(folder, stored.tensors), 'its checksum is wrong');
  const { tensors } = readSafetensors(bytes, stored.tensors);
  const { model, adam, average } = trainer;
  for (const [name, value] of under(tensors, 'model/')) model.replaceTensor(name, toTensor(value));
  for (const [name, value] of under(tensors, 'average/')) {
    average.tensors.get(name)?.dispose();
    average.tensors.set(name, tf.keep(toTensor(value)));
  }
  adam.step = stored.step;
  for (const [name, first] of under(tensors, 'first/')) {
    const second = tensors.get(`second/${name}`) as HostTensor;
    adam.moments.set(name, { first: tf.keep(toTensor(first)), second: tf.keep(toTensor(second)) });
  }
  average.updates = stored.averageUpdates;
  trainer.sampler = new SourceSampler(trainer.sources, stored.sampler);
  trainer.random = new Random(stored.random);
  const best = under(tensors, 'best/');
  return { best: stored.bestLoss === null ? undefined : { loss: stored.bestLoss, tensors: best } };
}

/** Downloads a tensor as it is. */
export async function toHost(tensor: tf.Tensor): Promise<HostTensor> {
  return { shape: tensor.shape, data: Float32Array.from(await tensor.data<'float32'>()) };
}

/** Uploads a tensor as it is. */
export function toTensor({ data, shape }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], 'float32');
}

function parse(text: string, path: string): StoredState {
  try {
    const stored = JSON.parse(text) as StoredState;
    if (stored.format === 'hrm-rex-coordination-training/1' && !/[/\\]/.test(stored.tensors)) return stored;
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
