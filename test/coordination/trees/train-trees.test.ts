import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSize, scoreTrees } from '../../../src/coordination/trees/boosted-trees.ts';
import { binInputs, mostBins } from '../../../src/coordination/trees/input-bins.ts';
import { type TreeRow, trainTrees } from '../../../src/coordination/trees/train-trees.ts';
import { Random } from '../../../src/hrm/random.ts';

const options = { trees: 60, leaves: 4, leastRows: 10, pull: 1, rate: 0.2 };

/** Rows whose target no sum over single inputs can tell: yes where exactly one of the first two is high. */
function eitherOr(count: number): TreeRow[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => {
    const inputs = Float32Array.from({ length: 3 }, () => random.next());
    const [first = 0, second = 0] = inputs;
    return { inputs, target: first > 0.5 !== second > 0.3 ? 1 : 0, weight: 0.5 + random.next() };
  });
}

test('trees learn what depends on two inputs together, and hold on rows that they have not seen', () => {
  const rows = eitherOr(3_000);
  const trees = trainTrees(rows.slice(0, 2_000), options);
  const right = rows.slice(2_000).filter(({ inputs, target }) => scoreTrees(trees, inputs) > 0 === (target === 1));
  assert.ok(right.length > 960, `${right.length} of 1000`);
  assert.equal(trees.roots.length, options.trees);
});

test('no leaf holds fewer rows than asked for, so few rows give one answer: how often it is yes', () => {
  const rows = eitherOr(18);
  const trees = trainTrees(rows, options);
  const answers = new Set(rows.map(({ inputs }) => scoreTrees(trees, inputs).toFixed(6)));
  assert.equal(answers.size, 1);
  assert.equal(trees.nodes.length, trees.roots.length * nodeSize);
});

test('the same rows give the same trees; without rows there are none', () => {
  const rows = eitherOr(300);
  assert.deepEqual(trainTrees(rows, options), trainTrees(rows, options));
  const none = trainTrees([], options);
  assert.equal(scoreTrees(none, [1, 2, 3]), 0);
});

test('a row that weighs more moves the answer more', () => {
  const pair = (yes: number): TreeRow[] =>
    [1, 0].map((target) => ({ inputs: Float32Array.of(0), target, weight: target ? yes : 1 }));
  assert.ok(scoreTrees(trainTrees(pair(5), options), [0]) > scoreTrees(trainTrees(pair(2), options), [0]));
});

test('bins keep the order of values, and equal values together', () => {
  const values = Array.from({ length: 500 }, (_, index) => (index * 37) % 200);
  const { bins, bounds } = binInputs(values.map((value) => Float32Array.of(value, 7)));
  const byValue = values.map((value, row) => [value, bins[row * 2] as number] as const).sort(([a], [b]) => a - b);
  byValue.slice(1).forEach(([value, bin], index) => {
    const [before, lower] = byValue[index] as readonly [number, number];
    assert.ok(bin >= lower && (value !== before || bin === lower));
  });
  assert.ok(new Set(byValue.map(([, bin]) => bin)).size <= mostBins);
  assert.equal(bounds[1]?.length, 0, 'an input that never changes cannot be asked');
});
