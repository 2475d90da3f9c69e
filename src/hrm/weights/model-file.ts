import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomId } from '../../core/ids.ts';
import type { HrmConfig } from '../config.ts';
import { type HrmModel, loadModel } from '../model/hrm-model.ts';
import type { WeightBits } from '../quantisation/pack.ts';
import { openQuantised, type QuantisedModel, readQuantised, writeQuantised } from '../quantisation/quantised-model.ts';
import { corruptFile } from './corrupt.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** What stands beside the weights of a saved model. */
export interface ModelManifest {
  readonly format: 'hrm-rex/1';
  readonly config: HrmConfig;
  /** Bits of a packed weight; absent for full precision. */
  readonly bits?: WeightBits;
  /** Name of the weights file in the same folder. */
  readonly weights: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
  /** What its tokens mean: the characters or words by token number. */
  readonly vocabulary?: readonly string[];
  /** Measured scores, such as `{ "exactAccuracy": 0.93 }`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Anything else worth telling: data, licence, training. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** Parts of the manifest that the saver provides. */
export type ModelDescription = Pick<ModelManifest, 'vocabulary' | 'metrics' | 'notes'>;

/** A model read from a folder, with its manifest. */
export interface SavedModel {
  readonly model: HrmModel;
  readonly manifest: ModelManifest;
}

const MANIFEST = 'manifest.json';
const WEIGHTS = 'model.safetensors';

/** Writes a model, full or packed, as `model.safetensors` and `manifest.json` into a folder, each file at once or not at all. */
export async function saveModel(
  model: HrmModel | QuantisedModel,
  folder: string,
  description: ModelDescription = {},
): Promise<ModelManifest> {
  const packed = 'matrices' in model ? model : undefined;
  const bytes = 'matrices' in model ? writeQuantised(model) : writeSafetensors(await model.stateDict());
  const manifest: ModelManifest = {
    format: 'hrm-rex/1',
    config: model.config,
    ...(packed && { bits: packed.bits }),
    weights: WEIGHTS,
    sha256: sha256(bytes),
    ...description,
  };
  await writeAtomically(join(folder, WEIGHTS), bytes);
  await writeAtomically(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/**
 * Reads a folder that {@link saveModel} wrote; a packed model is opened as `openQuantised` does. Throws `MODEL_FILE_CORRUPT` when the manifest is unreadable or the weights do not
 * have its checksum, `WEIGHTS_MISMATCH` when they do not fit its configuration.
 */
export async function openModel(folder: string): Promise<SavedModel> {
  const manifest = await readManifest(folder);
  const path = join(folder, manifest.weights);
  const bytes = await readFile(path).catch((error) => {
    throw corruptFile(path, 'it cannot be read', error);
  });
  if (sha256(bytes) !== manifest.sha256) throw corruptFile(path, 'its checksum is not the one of its manifest');
  const { config, bits } = manifest;
  const model = bits
    ? openQuantised({ ...readQuantised(bytes, path), config })
    : loadModel(config, readSafetensors(bytes, path).tensors);
  return { model, manifest };
}

/** Reads and checks a manifest. Throws `MODEL_FILE_CORRUPT`. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, MANIFEST);
  let manifest: Partial<ModelManifest>;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw corruptFile(path, error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read', error);
  }
  if (manifest.format !== 'hrm-rex/1') throw corruptFile(path, `its format is ${String(manifest.format)}`);
  if (!manifest.config || typeof manifest.weights !== 'string' || /[/\\]/.test(manifest.weights)) {
    throw corruptFile(path, 'it lacks a configuration or a plain file name');
  }
  return manifest as ModelManifest;
}

/** SHA-256 in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a file under another name and renames it, so that readers see the old content or the new, never a part. */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomId(8)}.tmp`;
  await writeFile(temporary, content, { flush: true });
  await rename(temporary, path);
}
