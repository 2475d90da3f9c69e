import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tf } from '../backend/tensorflow.ts';
import type { HostTensor, StateDict } from '../model/host-tensor.ts';
import { toHost } from '../model/hrm-model.ts';
import type { AdamAtan2 } from '../optimisers/adam-atan2.ts';
import { corruptFile } from '../weights/corrupt.ts';
import { sha256, writeAtomically } from '../weights/model-file.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';

const STATE = 'training.json';

/** What stands in `training.json` of every checkpoint. */
export interface TrainingState {
  /** Kind and version of the checkpoint. */
  readonly format: string;
  /** Updates done so far. */
  readonly step: number;
  /** Name of the file of tensors in the same folder. */
  readonly tensors: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
}

/** A checkpoint whose `training.json` is read. */
export interface StoredTraining<State extends TrainingState> {
  readonly stored: State;
  /** Path of `training.json`, for errors. */
  readonly path: string;
  /** Reads the tensors. @throws MODEL_FILE_CORRUPT */
  readTensors(): Promise<Map<string, HostTensor>>;
}

/** Writes a checkpoint; the previous one stays valid until the new one is complete. */
export async function writeTrainingState<State extends TrainingState>(
  folder: string,
  tensors: StateDict,
  state: Omit<State, 'tensors' | 'sha256'> & { readonly step: number },
): Promise<void> {
  const file = `training-${state.step}.safetensors`;
  const bytes = writeSafetensors(tensors);
  await writeAtomically(join(folder, file), bytes);
  await writeAtomically(join(folder, STATE), JSON.stringify({ ...state, tensors: file, sha256: sha256(bytes) }));
  for (const name of await readdir(folder)) {
    if (/^training-\d+\.safetensors$/.test(name) && name !== file) await rm(join(folder, name), { force: true });
  }
}

/** The checkpoint in a folder, undefined when there is none. @throws MODEL_FILE_CORRUPT */
export async function readTrainingState<State extends TrainingState>(
  folder: string,
  format: State['format'],
): Promise<StoredTraining<State> | undefined> {
  const path = join(folder, STATE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const stored = parse<State>(text, path, format);
  const readTensors = async (): Promise<Map<string, HostTensor>> => {
    const bytes = await readFile(join(folder, stored.tensors)).catch((error: unknown) => {
      throw corruptFile(path, `${stored.tensors} cannot be read`, error);
    });
    if (sha256(bytes) !== stored.sha256) throw corruptFile(join(folder, stored.tensors), 'its checksum is wrong');
    return new Map(readSafetensors(bytes, stored.tensors).tensors);
  };
  return { stored, path, readTensors };
}

/** Adds the optimiser's moments and the averaged parameters to what is stored. */
export async function storeOptimiser(
  tensors: Map<string, HostTensor>,
  adam: AdamAtan2,
  averages: ReadonlyMap<string, tf.Tensor> | undefined,
): Promise<void> {
  for (const [name, { first, second }] of adam.moments) {
    tensors.set(`first/${name}`, await toHost(first, false));
    tensors.set(`second/${name}`, await toHost(second, false));
  }
  for (const [name, average] of averages ?? []) tensors.set(`average/${name}`, await toHost(average, false));
}

/** Brings optimiser and averaged parameters back to what {@link storeOptimiser} stored. */
export function restoreOptimiser(
  tensors: StateDict,
  step: number,
  adam: AdamAtan2,
  averages: Map<string, tf.Tensor> | undefined,
): void {
  adam.step = step;
  for (const [name, first] of tensorsUnder(tensors, 'first/')) {
    const second = tensors.get(`second/${name}`) as HostTensor;
    adam.moments.set(name, { first: tf.keep(toTensor(first)), second: tf.keep(toTensor(second)) });
  }
  for (const [name, average] of tensorsUnder(tensors, 'average/')) {
    averages?.get(name)?.dispose();
    averages?.set(name, tf.keep(toTensor(average)));
  }
}

/** The tensors whose names begin with a prefix, without it. */
export function tensorsUnder(tensors: StateDict, prefix: string): Map<string, HostTensor> {
  return new Map(
    [...tensors].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  );
}

/** Uploads a tensor as it is. */
export function toTensor({ data, shape }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], 'float32');
}

function parse<State extends TrainingState>(text: string, path: string, format: string): State {
  try {
    const stored = JSON.parse(text) as State;
    if (stored.format === format && !/[/\\]/.test(stored.tensors)) return stored;
  } catch (error) {
    throw corruptFile(path, 'it is no JSON', error);
  }
  throw corruptFile(path, 'it is no training state of this version');
}
