// How are the answers to many augmentations of one ARC task turned into a score?
import assert from 'node:assert/strict';
import { arcGrid, arcTokens, buildArc, passAtK, Random, voteArc } from 'hrm-rex/hrm';

// The rule of this task: swap the two colours of each row.
const swap = (grid: readonly (readonly number[])[]): number[][] => grid.map((row) => [...row].reverse());
const pair = (grid: number[][]) => ({ input: grid, output: swap(grid) });
const task = {
  train: [
    pair([[1, 2]]),
    pair([
      [3, 4],
      [5, 6],
    ]),
  ],
  test: [
    pair([
      [7, 8],
      [2, 9],
    ]),
  ],
};

const { test, identifiers } = buildArc({ training: {}, evaluation: { swap: task }, augmentations: 30, seed: 1 });
const set = test.sets.get('all');
assert.ok(set);

// A solver that is right two times in three stands in for a model here; its errors differ, its right answers agree.
const random = new Random(5);
const predictions = [...set.puzzleIdentifiers].map((identifier, row) => {
  const input = set.inputs.subarray(row * 900, (row + 1) * 900);
  const isRight = random.next() < 2 / 3;
  const right = set.labels.subarray(row * 900, (row + 1) * 900);
  const wrong = arcTokens(arcGrid(right).map((line) => line.map(() => random.integer(0, 9))));
  return {
    name: identifiers[identifier] as string,
    input,
    answer: isRight ? right : wrong,
    qHaltLogit: isRight ? 1 : -1,
  };
});
const votes = voteArc(predictions);
const [best] = votes.get('swap')?.get(JSON.stringify(task.test[0]?.input)) ?? [];
console.log(`${predictions.length} answers; the best has ${best?.votes} votes:`, JSON.stringify(best?.grid));
assert.deepEqual(best?.grid, task.test[0]?.output);
assert.equal(passAtK(votes, { swap: task.test }).get(1), 1);
