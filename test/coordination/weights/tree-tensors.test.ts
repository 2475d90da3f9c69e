import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrees, treeTensors } from '../../../src/coordination/weights/tree-tensors.ts';
import { RexError } from '../../../src/core/errors.ts';

const tree = (nodes: readonly number[]) => ({ start: 0.5, roots: Float32Array.of(0), nodes: Float32Array.from(nodes) });
const leaf = [-1, 2, 0, 0];

function roundTrip(groups: Parameters<typeof treeTensors>[0]) {
  const tensors = treeTensors(groups);
  return readTrees((name) => tensors.get(name)?.data as Float32Array, 'weights');
}

test('groups of trees come back as they were, empty ones too', () => {
  const none = { start: 0, roots: new Float32Array(0), nodes: new Float32Array(0) };
  const groups = [tree([0, 0.25, 1, 2, ...leaf, ...leaf]), none, tree(leaf)];
  assert.deepEqual(roundTrip(groups), groups);
  assert.deepEqual(roundTrip([]), []);
});

test('trees that would lead in a circle or out of their nodes are refused', () => {
  for (const nodes of [
    [0, 0.25, 0, 1, ...leaf],
    [0, 0.25, 1, 9, ...leaf],
    [0, 0.25, 1, Number.NaN, ...leaf],
    [Number.NaN, 0.25, 1, 1, ...leaf],
  ]) {
    assert.throws(
      () => roundTrip([tree(nodes)]),
      (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'),
    );
  }
});
