import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeOrder } from '../../../src/coordination/order/decode-order.ts';
import { mostSubtasks, scoreEdges } from '../../../src/coordination/order/score-edges.ts';
import { type OrderRow, trainOrder } from '../../../src/coordination/order/train-order.ts';
import { Random } from '../../../src/hrm/random.ts';

/** Build comes before test, test before deploy; the list's order says nothing. */
function rows(count: number): OrderRow[] {
  const random = new Random(5);
  return Array.from({ length: count }, (_, index) => {
    const thing = random.pick(['service', 'library', 'image', 'page']);
    const steps = [`build the ${thing}`, `test the ${thing}`, `deploy the ${thing}`];
    const places = random.permutation(3);
    const nodes = places.map((step) => steps[step] as string);
    const at = (step: number) => places.indexOf(step);
    return {
      request: `ship the ${thing}`,
      nodes,
      edges: [
        [at(0), at(1)],
        [at(1), at(2)],
      ],
      source: `source ${index % 12}`,
      kind: 'release',
    };
  });
}

test('the order of subtasks is learned from their words', () => {
  const model = trainOrder(rows(120));
  const tasks = ['deploy the tool', 'build the tool', 'test the tool'];
  const edges = decodeOrder(scoreEdges(model, 'ship the tool', tasks), 3);
  assert.deepEqual([...edges].sort(), [
    [1, 2],
    [2, 0],
  ]);
  assert.deepEqual(trainOrder(rows(120)), model, 'the same rows give the same weights');
});

test('any scores decode to an acyclic set of different edges', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.infiniteStream(fc.double({ min: -5, max: 5, noNaN: true })),
      (n, draws) => {
        const next = () => draws.next().value as number;
        const scores = Float32Array.from({ length: n * n }, (_, at) =>
          Math.floor(at / n) === at % n ? Number.NEGATIVE_INFINITY : next(),
        );
        const edges = decodeOrder(scores, n);
        assert.equal(new Set(edges.map(String)).size, edges.length);
        const open = new Set(Array.from({ length: n }, (_, place) => place));
        for (let found = true; found; ) {
          const free = [...open].filter(
            (place) => !edges.some(([before, after]) => after === place && open.has(before)),
          );
          for (const place of free) open.delete(place);
          found = free.length > 0;
        }
        assert.equal(open.size, 0, 'every place becomes free');
      },
    ),
  );
});

test('no subtasks, one, equal ones and very many are scored', () => {
  const model = trainOrder(rows(30));
  for (const count of [0, 1, 2, mostSubtasks + 6]) {
    const scores = scoreEdges(model, '', new Array<string>(count).fill('same'));
    assert.equal(scores.length, count * count);
    assert.ok(scores.every((score) => !Number.isNaN(score)));
    assert.ok(decodeOrder(scores, count).every(([before, after]) => Math.max(before, after) < mostSubtasks));
  }
});

test('without rows nothing is known, and nothing breaks', () => {
  assert.ok(scoreEdges(trainOrder([]), 'a', ['b', 'c']).every((score) => !Number.isNaN(score)));
});
