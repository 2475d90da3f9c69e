import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Batch, configFromOriginal, type HrmConfig, readSafetensors, type StoredTensor } from 'hrm-rex/hrm';

/** Folders that may hold golden cases: the small ones in the repository, and a folder of larger or held-back ones. */
const FOLDERS = ['test/fixtures/hrm', ...(process.env.HRM_REX_GOLDEN?.split(':') ?? [])];

export interface TrainRecord {
  readonly loss: number;
  readonly loss_scaled: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly lr: number;
  readonly puzzle_emb_lr: number | null;
  readonly grad_stats: Readonly<Record<string, { l2: number; sum: number }>>;
  readonly param_stats: Readonly<Record<string, { l2: number; sum: number }>>;
}

export interface CaseFile {
  readonly config: Record<string, unknown> & { batch_size: number };
  readonly loss_type: string;
  readonly train_config: Readonly<Record<string, number>>;
  readonly num_train_steps: number;
  readonly num_params: number;
  readonly fp32_noise: Readonly<Record<string, number>>;
  readonly eval: readonly { loss: number; metrics: Readonly<Record<string, number>> }[];
  readonly train: readonly TrainRecord[];
}

/** A golden case: what the original computed, and its inputs. */
export class GoldenCase {
  readonly name: string;
  readonly file: CaseFile;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;

  constructor(path: string) {
    this.name = path.replace(/\.safetensors$/, '').replace(/.*\//, '');
    this.file = JSON.parse(readFileSync(path.replace(/safetensors$/, 'json'), 'utf8'));
    this.#tensors = readSafetensors(readFileSync(path), path).tensors;
  }

  get config(): HrmConfig {
    return configFromOriginal(this.file.config, this.file.loss_type);
  }

  get weights(): Map<string, StoredTensor> {
    return this.under('weights/');
  }

  under(prefix: string): Map<string, StoredTensor> {
    return new Map(
      [...this.#tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  floats(name: string): Float32Array {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`${this.name} has no ${name}`);
    return tensor.data;
  }

  integers(name: string): Int32Array {
    return Int32Array.from(this.floats(name));
  }

  batch(prefix: string): Batch {
    return {
      size: this.file.config.batch_size,
      inputs: this.integers(`${prefix}/inputs`),
      labels: this.integers(`${prefix}/labels`),
      puzzleIdentifiers: this.integers(`${prefix}/puzzle_identifiers`),
    };
  }
}

/** Paths of every case at hand. */
export function caseFiles(names: readonly string[] = []): string[] {
  const own = ['a', 'b', 'c', 'd', ...names].flatMap((name) =>
    FOLDERS.map((folder) => join(folder, `${name}.safetensors`)),
  );
  return [...new Set(own)].filter((path) => existsSync(path));
}

/** Largest absolute difference. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < actual.length; index++) {
    const difference = Math.abs((actual[index] as number) - (expected[index] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** ‖a − b‖ / ‖b‖ */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let distance = 0;
  let norm = 0;
  for (let index = 0; index < expected.length; index++) {
    distance += ((actual[index] as number) - (expected[index] as number)) ** 2;
    norm += (expected[index] as number) ** 2;
  }
  return Math.sqrt(distance) / Math.max(Math.sqrt(norm), 1e-12);
}
