import { invalidArgument } from '../../core/errors.ts';
import { type Batch, IGNORED } from '../act/batch.ts';
import type { Dataset, DatasetInfo, ExampleSet } from './dataset.ts';

/** One input/output pair. */
export interface Example {
  readonly input: readonly number[];
  readonly label: readonly number[];
}

/** A puzzle (one augmentation of a task) with its examples. */
export interface Puzzle {
  readonly identifier: number;
  readonly examples: readonly Example[];
}

/** Packs groups of puzzles into a data set with one set, named `all`. */
export function packDataset(
  groups: readonly (readonly Puzzle[])[],
  info: Pick<DatasetInfo, 'vocabularySize' | 'sequenceLength'> & Partial<DatasetInfo>,
): Dataset {
  const puzzles = groups.flat();
  const examples = puzzles.flatMap((puzzle) => puzzle.examples);
  if (examples.length === 0) throw invalidArgument('groups', 'at least one example', groups);
  const flatten = (field: keyof Example): Int32Array => Int32Array.from(examples.flatMap((example) => example[field]));
  const set: ExampleSet = {
    inputs: flatten('input'),
    labels: flatten('label'),
    puzzleIdentifiers: Int32Array.from(puzzles, ({ identifier }) => identifier),
    puzzleIndices: offsets(puzzles.map((puzzle) => puzzle.examples.length)),
    groupIndices: offsets(groups.map((group) => group.length)),
  };
  return {
    info: {
      padToken: 0,
      ignoredLabel: 0,
      blankIdentifier: 0,
      puzzleIdentifierCount: Math.max(...set.puzzleIdentifiers) + 1,
      groupCount: groups.length,
      meanPuzzleExamples: examples.length / puzzles.length,
      sets: ['all'],
      ...info,
    },
    sets: new Map([['all', set]]),
  };
}

/** Where an example comes from: its row in the set, and its puzzle's identifier. */
export interface ExampleReference {
  readonly row: number;
  readonly identifier: number;
}

/**
 * A batch of the given examples, filled up with padding rows to `size`; the ignored label becomes −100. `places` are the rows
 * of the examples; the default is the first ones.
 */
export function packBatch(
  info: DatasetInfo,
  set: ExampleSet,
  picked: readonly ExampleReference[],
  size: number,
  places: readonly number[] = [...picked.keys()],
): Batch {
  const S = info.sequenceLength;
  const batch = {
    size,
    inputs: new Int32Array(size * S).fill(info.padToken),
    labels: new Int32Array(size * S).fill(IGNORED),
    puzzleIdentifiers: new Int32Array(size).fill(info.blankIdentifier),
  };
  picked.forEach(({ row, identifier }, number) => {
    const index = places[number] as number;
    batch.inputs.set(set.inputs.subarray(row * S, (row + 1) * S), index * S);
    const labels = set.labels.subarray(row * S, (row + 1) * S);
    batch.labels.set(
      labels.map((label) => (label === info.ignoredLabel ? IGNORED : label)),
      index * S,
    );
    batch.puzzleIdentifiers[index] = identifier;
  });
  return batch;
}

function offsets(lengths: readonly number[]): Int32Array {
  const result = new Int32Array(lengths.length + 1);
  lengths.forEach((length, index) => {
    result[index + 1] = (result[index] as number) + length;
  });
  return result;
}
