import { invalidArgument } from '../../core/errors.ts';
import type { Batch } from '../act/batch.ts';
import { Random, type RandomState } from '../random.ts';
import type { Dataset, ExampleSet } from './dataset.ts';
import { type ExampleReference, packBatch } from './examples.ts';

/** Where a {@link Sampler} stands; plain data that survives JSON. */
export interface SamplerState {
  readonly random: RandomState;
  /** Groups still to come in the present permutation. */
  readonly order: readonly number[];
}

/**
 * An endless source of training batches, as the original's: groups in random order, one random puzzle of each, as many of its
 * examples as still fit, in random order. A batch that the end of a permutation leaves incomplete goes on with the next one.
 */
export class Sampler {
  readonly #dataset: Dataset;
  readonly #set: ExampleSet;
  readonly #batchSize: number;
  readonly #random: Random;
  #order: number[];

  /** Starts from a seed, or where another sampler stood. Throws `INVALID_ARGUMENT` for a batch of less than one row. */
  constructor(dataset: Dataset, batchSize: number, start: number | SamplerState) {
    if (!Number.isInteger(batchSize) || batchSize < 1) throw invalidArgument('batchSize', 'at least 1', batchSize);
    this.#dataset = dataset;
    this.#set = dataset.sets.values().next().value as ExampleSet;
    this.#batchSize = batchSize;
    this.#random = new Random(typeof start === 'number' ? start : start.random);
    this.#order = typeof start === 'number' ? [] : [...start.order];
  }

  /** The present state, for an exact continuation. */
  get state(): SamplerState {
    return { random: this.#random.state, order: [...this.#order] };
  }

  /**
   * The next batch. With `rows` given (1 where a row takes a new example), only as many examples are drawn as are taken;
   * the other rows are padding.
   */
  next(rows?: ArrayLike<number>): Batch {
    const places = Array.from({ length: this.#batchSize }, (_, row) => row).filter((row) => !rows || rows[row]);
    const picked: ExampleReference[] = [];
    while (picked.length < places.length)
      picked.push(...this.#examplesOf(this.#nextGroup(), places.length - picked.length));
    return packBatch(this.#dataset.info, this.#set, picked, this.#batchSize, places);
  }

  #nextGroup(): number {
    if (this.#order.length === 0) this.#order = this.#random.permutation(this.#set.groupIndices.length - 1);
    return this.#order.pop() as number;
  }

  /** Up to `room` examples of a random puzzle of the group, without repetition. */
  #examplesOf(group: number, room: number): ExampleReference[] {
    const { groupIndices, puzzleIndices, puzzleIdentifiers } = this.#set;
    const puzzle = this.#random.integer(groupIndices[group] as number, (groupIndices[group + 1] as number) - 1);
    const first = puzzleIndices[puzzle] as number;
    const count = (puzzleIndices[puzzle + 1] as number) - first;
    const identifier = puzzleIdentifiers[puzzle] as number;
    return this.#random
      .permutation(count)
      .slice(0, room)
      .map((offset) => ({ row: first + offset, identifier }));
  }
}

/** Every example once and in order, in batches of equal size; the last is filled up with padding rows. */
export function* testBatches(dataset: Dataset, batchSize: number): Generator<Batch> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw invalidArgument('batchSize', 'at least 1', batchSize);
  for (const set of dataset.sets.values()) {
    const { puzzleIndices, puzzleIdentifiers } = set;
    const references = [...puzzleIdentifiers].flatMap((identifier, puzzle) => {
      const first = puzzleIndices[puzzle] as number;
      const count = (puzzleIndices[puzzle + 1] as number) - first;
      return Array.from({ length: count }, (_, offset) => ({ row: first + offset, identifier }));
    });
    for (let start = 0; start < references.length; start += batchSize) {
      yield packBatch(dataset.info, set, references.slice(start, start + batchSize), batchSize);
    }
  }
}
