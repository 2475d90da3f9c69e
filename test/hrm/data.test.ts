import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  buildSudoku,
  type Dataset,
  packDataset,
  readDataset,
  readNpy,
  Sampler,
  testBatches,
  writeDataset,
  writeNpy,
} from 'hrm-rex/hrm';
import { RexError } from '../../src/core/errors.ts';

const isCorrupt = (error: unknown): boolean => RexError.is(error, 'DATA_FILE_CORRUPT');

describe('npy', () => {
  test('arrays survive a round trip', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 })), fc.boolean(), (values, isByte) => {
        const array = { shape: [values.length], data: Int32Array.from(values) };
        assert.deepEqual(readNpy(writeNpy(array, isByte ? 'u1' : 'i4')), array);
      }),
    );
  });

  test('truncated, foreign and Fortran-ordered files are refused', () => {
    const bytes = writeNpy({ shape: [2, 2], data: Int32Array.from([1, 2, 3, 4]) }, 'i4');
    for (const length of [0, 5, 9, 40, bytes.length - 1])
      assert.throws(() => readNpy(bytes.subarray(0, length)), isCorrupt);
    const text = Buffer.from(bytes).toString('latin1');
    assert.throws(() => readNpy(Buffer.from(text.replace('False', 'True '), 'latin1')), isCorrupt);
    assert.throws(() => readNpy(Buffer.from(text.replace('<i4', '<f4'), 'latin1')), isCorrupt);
  });
});

describe('data sets', () => {
  test('the original’s files are read, and written byte for byte', async () => {
    const source = 'test/fixtures/hrm/trained/test';
    const folder = await mkdtemp(join(tmpdir(), 'hrm-data-'));
    try {
      const dataset = await readDataset(source);
      assert.equal(dataset.info.sequenceLength, 16);
      await writeDataset(folder, dataset);
      for (const name of ['inputs', 'labels', 'puzzle_identifiers', 'puzzle_indices', 'group_indices']) {
        const file = `all__${name}.npy`;
        assert.deepEqual(await readFile(join(folder, file)), await readFile(join(source, file)), file);
      }
      assert.deepEqual(await readDataset(folder), dataset);
      await writeFile(join(folder, 'all__labels.npy'), writeNpy({ shape: [1, 16], data: new Int32Array(16) }, 'u1'));
      await assert.rejects(readDataset(folder), isCorrupt);
      await writeFile(join(folder, 'dataset.json'), '{}');
      await assert.rejects(readDataset(folder), isCorrupt);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Groups of two puzzles with two examples each; every example tells its group, puzzle and number. */
function numbered(groups: number): Dataset {
  const example = (group: number, puzzle: number, number: number) => ({
    input: [group, puzzle, number],
    label: [1, 0, 1],
  });
  return packDataset(
    Array.from({ length: groups }, (_, group) =>
      [0, 1].map((puzzle) => ({
        identifier: 2 * group + puzzle,
        examples: [example(group, puzzle, 0), example(group, puzzle, 1)],
      })),
    ),
    { vocabularySize: 100, sequenceLength: 3 },
  );
}

describe('sampler', () => {
  test('one puzzle of each group in an epoch, with all its examples', () => {
    const sampler = new Sampler(numbered(8), 4, 7);
    const seen = Array.from({ length: 4 }, () => sampler.next()).flatMap(({ inputs, puzzleIdentifiers }) =>
      [0, 1, 2, 3].map((row) => ({
        group: inputs[row * 3],
        puzzle: inputs[row * 3 + 1],
        identifier: puzzleIdentifiers[row],
      })),
    );
    const byGroup = group(seen);
    assert.equal(byGroup.size, 8);
    for (const [number, rows] of byGroup) {
      assert.equal(rows.length, 2);
      assert.equal(rows[0]?.puzzle, rows[1]?.puzzle);
      assert.equal(rows[0]?.identifier, 2 * (number as number) + (rows[0]?.puzzle as number));
    }
  });

  test('the ignored label becomes −100', () => {
    assert.deepEqual([...new Sampler(numbered(2), 1, 0).next().labels], [1, -100, 1]);
  });

  test('a stored state continues the same sequence', () => {
    const sampler = new Sampler(numbered(5), 3, 1);
    sampler.next();
    const copy = new Sampler(numbered(5), 3, JSON.parse(JSON.stringify(sampler.state)));
    for (let index = 0; index < 6; index++) assert.deepEqual(copy.next(), sampler.next());
  });

  test('only the rows that take an example get one', () => {
    const sampler = new Sampler(numbered(8), 4, 2);
    const { labels } = sampler.next([0, 1, 0, 1]);
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => labels[row * 3]),
      [-100, 1, -100, 1],
    );
  });

  test('the test file comes once, in order, the last batch padded', () => {
    const batches = [...testBatches(numbered(3), 5)];
    assert.equal(batches.length, 3);
    const last = batches[2];
    assert.deepEqual([...(last?.labels.slice(6) ?? [])], new Array(9).fill(-100));
    assert.deepEqual([...(batches[0]?.inputs.slice(0, 6) ?? [])], [0, 0, 0, 0, 0, 1]);
  });

  test('a seed decides a built data set', () => {
    const build = (seed: number): Dataset =>
      buildSudoku({ size: 4, trainCount: 5, testCount: 2, clues: [7, 10], seed }).train;
    assert.deepEqual(build(1), build(1));
    assert.notDeepEqual(build(1), build(2));
  });
});

function group<Row extends { group: number | undefined }>(rows: readonly Row[]): Map<number | undefined, Row[]> {
  const groups = new Map<number | undefined, Row[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return groups;
}
