import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../weights/model-file.ts';
import { corruptData } from './corrupt-data.ts';
import { type IntegerArray, readNpy, writeNpy } from './npy.ts';

/** `dataset.json` of the original, names translated. */
export interface DatasetInfo {
  /** Token of cells beyond the puzzle. */
  readonly padToken: number;
  /** Label that is not scored, or null when every position is. */
  readonly ignoredLabel: number | null;
  /** Identifier of padding rows. */
  readonly blankIdentifier: number;
  readonly vocabularySize: number;
  readonly sequenceLength: number;
  readonly puzzleIdentifierCount: number;
  readonly groupCount: number;
  readonly meanPuzzleExamples: number;
  readonly sets: readonly string[];
}

/**
 * Examples of one set. A group is a task with all its augmentations, a puzzle one augmentation, an example one
 * input/output pair; the index arrays hold where each puzzle's examples and each group's puzzles begin, and the end.
 */
export interface ExampleSet {
  /** [examples, S] */
  readonly inputs: Int32Array;
  /** [examples, S] */
  readonly labels: Int32Array;
  /** [puzzles] */
  readonly puzzleIdentifiers: Int32Array;
  /** [puzzles + 1] */
  readonly puzzleIndices: Int32Array;
  /** [groups + 1] */
  readonly groupIndices: Int32Array;
}

/** One split (train or test) of a data set. */
export interface Dataset {
  readonly info: DatasetInfo;
  readonly sets: ReadonlyMap<string, ExampleSet>;
}

const FIELDS = {
  pad_id: 'padToken',
  ignore_label_id: 'ignoredLabel',
  blank_identifier_id: 'blankIdentifier',
  vocab_size: 'vocabularySize',
  seq_len: 'sequenceLength',
  num_puzzle_identifiers: 'puzzleIdentifierCount',
  total_groups: 'groupCount',
  mean_puzzle_examples: 'meanPuzzleExamples',
  sets: 'sets',
} as const;

const ARRAYS = {
  inputs: 'inputs',
  labels: 'labels',
  puzzle_identifiers: 'puzzleIdentifiers',
  puzzle_indices: 'puzzleIndices',
  group_indices: 'groupIndices',
} as const;

/** Reads one split of the original's on-disk format. Throws `DATA_FILE_CORRUPT`. */
export async function readDataset(folder: string): Promise<Dataset> {
  const path = join(folder, 'dataset.json');
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw corruptData(path, 'it cannot be read as JSON', error);
  }
  const missing = Object.keys(FIELDS).find((name) => fields[name] === undefined);
  if (missing) throw corruptData(path, `it lacks ${missing}`);
  const info = Object.fromEntries(
    Object.entries(FIELDS).map(([name, ours]) => [ours, fields[name]]),
  ) as unknown as DatasetInfo;
  const sets = new Map<string, ExampleSet>();
  for (const set of info.sets) sets.set(set, await readSet(folder, set, info));
  return { info, sets };
}

/** Writes one split in the original's format: tokens as bytes, indices as 32-bit integers. */
export async function writeDataset(folder: string, { info, sets }: Dataset): Promise<void> {
  for (const [set, examples] of sets) {
    for (const [name, ours] of Object.entries(ARRAYS)) {
      const isTokens = ours === 'inputs' || ours === 'labels';
      const data = examples[ours];
      const shape = isTokens ? [data.length / info.sequenceLength, info.sequenceLength] : [data.length];
      await writeAtomically(join(folder, `${set}__${name}.npy`), writeNpy({ shape, data }, isTokens ? 'u1' : 'i4'));
    }
  }
  const fields = Object.fromEntries(Object.entries(FIELDS).map(([name, ours]) => [name, info[ours]]));
  await writeAtomically(join(folder, 'dataset.json'), JSON.stringify(fields));
}

async function readSet(folder: string, set: string, info: DatasetInfo): Promise<ExampleSet> {
  const arrays: Record<string, Int32Array> = {};
  for (const [name, ours] of Object.entries(ARRAYS)) {
    const path = join(folder, `${set}__${name}.npy`);
    const { shape, data }: IntegerArray = readNpy(await readFile(path), path);
    const expected = ours === 'inputs' || ours === 'labels' ? 2 : 1;
    if (shape.length !== expected || (expected === 2 && shape[1] !== info.sequenceLength)) {
      throw corruptData(path, `its shape is [${shape}], the sequences have ${info.sequenceLength} tokens`);
    }
    arrays[ours] = data;
  }
  const examples = arrays as unknown as ExampleSet;
  checkSet(examples, info, join(folder, set));
  return examples;
}

function checkSet(set: ExampleSet, info: DatasetInfo, file: string): void {
  const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = set;
  if (inputs.length !== labels.length) throw corruptData(file, 'it has other numbers of inputs and labels');
  if (puzzleIndices.length !== puzzleIdentifiers.length + 1)
    throw corruptData(file, 'its puzzle indices do not fit its identifiers');
  if (puzzleIndices.at(-1) !== inputs.length / info.sequenceLength)
    throw corruptData(file, 'its puzzle indices do not end at its last example');
  if (groupIndices.at(-1) !== puzzleIdentifiers.length)
    throw corruptData(file, 'its group indices do not end at its last puzzle');
  for (const indices of [puzzleIndices, groupIndices]) {
    if (indices[0] !== 0 || indices.some((value, at) => at > 0 && value < (indices[at - 1] as number))) {
      throw corruptData(file, 'its indices do not ascend from 0');
    }
  }
  const outside = [inputs, labels].flatMap((tokens) => [
    ...tokens.filter((token) => token < 0 || token >= info.vocabularySize),
  ])[0];
  if (outside !== undefined)
    throw corruptData(file, `token ${outside} is outside the vocabulary of ${info.vocabularySize}`);
}
