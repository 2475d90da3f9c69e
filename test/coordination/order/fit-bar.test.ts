import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitBar, type JudgedGraph } from '../../../src/coordination/order/fit-bar.ts';
import { scoreTrees } from '../../../src/coordination/trees/boosted-trees.ts';

/** Two subtasks, the first before the second; what is said of the pair and of its reverse. */
function graph(kind: string, mark: number, right: number, wrong: number): JudgedGraph {
  const odds = (probability: number): number => Math.log(probability / (1 - probability));
  return {
    kind,
    list: Float32Array.of(mark),
    truth: Uint8Array.of(0, 1, 0, 0),
    scores: Float32Array.of(Number.NEGATIVE_INFINITY, odds(right), odds(wrong), Number.NEGATIVE_INFINITY),
    count: 2,
  };
}

/** Without an edge: only what is drawn too easily counts. */
function empty(kind: string, mark: number, wrong: number): JudgedGraph {
  return { ...graph(kind, mark, wrong, wrong), truth: new Uint8Array(4) };
}

test('each kind of list gets the bar that suits it, told by how the list is written', () => {
  const sure = [...Array(60)].flatMap(() => [graph('sure', 1, 0.42, 0.02), empty('sure', 1, 0.3)]);
  const shy = [...Array(60)].flatMap(() => [graph('shy', 0, 0.14, 0.02), empty('shy', 0, 0.03)]);
  const bar = fitBar([...sure, ...shy]);
  const [high, low] = [1, 0].map((mark) => 1 / (1 + Math.exp(-scoreTrees(bar, [mark])))) as [number, number];
  assert.ok(high > 0.3 && high < 0.42, `${high}`);
  assert.ok(low > 0.03 && low < 0.14, `${low}`);
});

test('without graphs there is a bar all the same', () => {
  assert.equal(scoreTrees(fitBar([]), [1]), 0);
});
