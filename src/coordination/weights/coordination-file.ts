import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { groupSize, type WeightBits } from '../../hrm/quantisation/pack.ts';
import { corruptFile } from '../../hrm/weights/corrupt.ts';
import { sha256, writeAtomically } from '../../hrm/weights/model-file.ts';
import { readRawTensors, writeRawTensors } from '../../hrm/weights/safetensors.ts';
import type { EncoderSettings } from '../encoder/encoded-task.ts';
import type { Calibration } from '../model/calibration.ts';
import type { CoordinationConfig } from '../model/coordination-config.ts';
import { loadCoordinationModel } from '../model/coordination-model.ts';
import type { CoordinatorParts } from '../model/hrm-coordinator.ts';
import { checkSentenceEncoder } from '../sentence/check-sentence-encoder.ts';
import type { SentenceEncoder } from '../sentence/sentence-encoder.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { noTrees } from '../trees/boosted-trees.ts';
import { floats, packState, unpackState } from './pack-state.ts';
import { denseTable, sparseTable } from './sparse-linear.ts';
import { readTrees, treeTensors } from './tree-tensors.ts';

const FORMAT = 'hrm-rex-coordination/3';
const MANIFEST = 'manifest.json';
const WEIGHTS = 'model.safetensors';
const orderParts = ['edge', 'path', 'relation'] as const;

/** What stands beside the weights of a coordinator. */
export interface CoordinationManifest {
  readonly format: typeof FORMAT;
  /** Name and version, such as `hrm-coordination/1`. */
  readonly name: string;
  readonly encoder: EncoderSettings;
  readonly config: CoordinationConfig;
  /** Names of the agent kinds in the order of the outputs. */
  readonly agentKinds: readonly string[];
  readonly calibration: Calibration;
  /** Of the linear path alone. */
  readonly linearCalibration: Calibration;
  /** Bits of a packed weight. */
  readonly bits: WeightBits;
  /** Name of the weights file in the same folder. */
  readonly weights: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
  /** Measured scores by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Data, licences, command, seed. */
  readonly notes: Readonly<Record<string, string>>;
}

/** Optional parts of {@link saveCoordinator}. */
export interface SaveCoordinatorOptions {
  /** Default 8. */
  readonly bits?: WeightBits;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly notes?: Readonly<Record<string, string>>;
}

/** Optional parts of {@link readCoordinator}. */
export interface ReadCoordinatorOptions {
  /** The sentence encoder, for weights that were trained with one. */
  readonly sentence?: SentenceEncoder | undefined;
}

/** Writes a coordinator as `model.safetensors` and `manifest.json` into a folder, each file at once or not at all. */
export async function saveCoordinator(
  parts: CoordinatorParts,
  folder: string,
  { bits = 8, metrics = {}, notes = {} }: SaveCoordinatorOptions = {},
): Promise<CoordinationManifest> {
  const state = new Map<string, HostTensor>();
  for (const [name, tensor] of await parts.model.stateDict()) state.set(`model/${name}`, tensor);
  const exact = new Map([['linear/joint', vector(parts.linear.joint)]]);
  for (const part of orderParts) {
    const data = parts.order[part];
    if (data.length % groupSize > 0) exact.set(`order/${part}`, vector(data));
    else state.set(`order/${part}`, { shape: [data.length / groupSize, groupSize], data });
  }
  for (const table of ['text', 'workspace', 'sentence'] as const) {
    const values = parts.linear[table];
    if (!values) continue;
    for (const [name, tensor] of sparseTable(values)) {
      (name === 'weights' ? state : exact).set(`linear/${table}/${name}`, tensor);
    }
  }
  for (const [part, trees] of [
    ['linear', parts.linear.trees],
    ['order', [parts.order.trees, parts.order.bar]],
  ] as const) {
    for (const [name, tensor] of treeTensors(trees)) exact.set(`${part}/trees/${name}`, tensor);
  }
  const tensors = packState(state, bits);
  for (const [name, { shape, data }] of exact) tensors.set(name, floats(shape, data));
  const bytes = writeRawTensors(tensors, { format: FORMAT });
  const manifest: CoordinationManifest = {
    format: FORMAT,
    name: parts.name,
    encoder: parts.encoder,
    config: parts.model.config,
    agentKinds: agentKinds.map(({ name }) => name),
    calibration: parts.calibration,
    linearCalibration: parts.linearCalibration ?? parts.calibration,
    bits,
    weights: WEIGHTS,
    sha256: sha256(bytes),
    metrics,
    notes,
  };
  await writeAtomically(join(folder, WEIGHTS), bytes);
  await writeAtomically(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/**
 * Reads a folder that {@link saveCoordinator} wrote.
 *
 * @throws RexError `WEIGHTS_MISMATCH` for weights of another version, encoder or set of agents, and where `sentence` is not the
 * sentence encoder that they were trained with; `MODEL_FILE_CORRUPT` for files that are missing, damaged or not what they claim to be.
 */
export async function readCoordinator(
  folder: string,
  { sentence }: ReadCoordinatorOptions = {},
): Promise<{ readonly parts: CoordinatorParts; readonly manifest: CoordinationManifest }> {
  const manifest = await readCoordinationManifest(folder);
  checkSentenceEncoder(manifest.encoder.sentence, sentence);
  const path = join(folder, manifest.weights);
  const bytes = await read(path);
  if (sha256(bytes) !== manifest.sha256) throw corruptFile(path, 'its checksum is not the one of its manifest');
  const state = unpackState(readRawTensors(bytes, path).tensors, path);
  const { name, encoder, config, calibration, linearCalibration } = manifest;
  const given = (tensor: string): HostTensor => {
    const found = state.get(tensor);
    if (!found) throw corruptFile(path, `it lacks ${tensor}`);
    return found;
  };
  const table = (part: 'text' | 'workspace' | 'sentence', places: number) => {
    for (const field of ['features', 'rows', 'scale', 'weights', 'bias']) given(`linear/${part}/${field}`);
    return denseTable(under(state, `linear/${part}/`), places);
  };
  const trees = (part: 'linear' | 'order') => readTrees((name) => given(`${part}/trees/${name}`).data, path);
  const linear = {
    text: table('text', encoder.featureCount),
    workspace: table('workspace', encoder.featureCount),
    ...(encoder.sentence && { sentence: table('sentence', encoder.sentence.size) }),
    joint: given('linear/joint').data,
    trees: trees('linear'),
  };
  const [pairTrees = noTrees, bar = noTrees] = trees('order');
  const order = {
    edge: given('order/edge').data,
    path: given('order/path').data,
    relation: given('order/relation').data,
    trees: pairTrees,
    bar,
  };
  const model = loadCoordinationModel(config, under(state, 'model/'));
  return { parts: { name, encoder, sentence, linear, order, calibration, linearCalibration, model }, manifest };
}

/** Reads and checks a manifest. @throws MODEL_FILE_CORRUPT, WEIGHTS_MISMATCH */
export async function readCoordinationManifest(folder: string): Promise<CoordinationManifest> {
  const path = join(folder, MANIFEST);
  let manifest: Partial<CoordinationManifest>;
  try {
    manifest = JSON.parse((await read(path)).toString());
  } catch (error) {
    if (error instanceof RexError) throw error;
    throw corruptFile(path, 'it is no JSON', error);
  }
  const known = agentKinds.map(({ name }) => name);
  expect(path, 'format', FORMAT, manifest.format);
  expect(path, 'encoder.version', '1', String(manifest.encoder?.version));
  expect(path, 'agentKinds', known.join(), String(manifest.agentKinds?.join()));
  if (!manifest.config || typeof manifest.weights !== 'string' || /[/\\]/.test(manifest.weights)) {
    throw corruptFile(path, 'it lacks a configuration or a plain file name');
  }
  return manifest as CoordinationManifest;
}

function expect(path: string, name: string, expected: string, received: unknown): void {
  if (received === expected) return;
  throw new RexError(
    'WEIGHTS_MISMATCH',
    `${path}: ${name} is ${String(received)}, this version reads ${expected}`,
    { name, expected, received: String(received) },
    { hint: 'Train the weights again with this version (hrm-rex train coordination), or use the shipped ones.' },
  );
}

async function read(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: unknown) => {
    throw corruptFile(path, 'it cannot be read', error);
  });
}

function vector(data: Float32Array): HostTensor {
  return { shape: [data.length], data };
}

function under(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  return new Map(
    [...tensors].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  );
}
