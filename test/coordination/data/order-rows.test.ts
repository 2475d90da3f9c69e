import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderRows } from '../../../src/coordination/data/order-rows.ts';
import type { DependencyRow } from '../../../src/coordination/data/task-row.ts';

function row(id: string, kind: string, split = 'train'): DependencyRow {
  const source = `source of ${kind}`;
  return { id, kind, source, split, licence: 'MIT', request: 'r', nodes: ['a', 'b'], edges: [[0, 1]] };
}

test('commits of a repository stay together, plans of a collection stand for themselves, the validation split stays away', () => {
  const rows = orderRows([
    row('1', 'pr-commits'),
    row('2', 'pr-commits'),
    row('3', 'everyday-plan'),
    row('4', 'class-methods'),
    row('5', 'class-methods'),
    row('6', 'pr-commits', 'val'),
  ]);
  assert.deepEqual(
    rows.map(({ kind, source }) => [kind, source]),
    [
      ['pr-commits', 'source of pr-commits'],
      ['pr-commits', 'source of pr-commits'],
      ['everyday-plan', '3'],
      ['class-methods', '4'],
      ['class-methods', '5'],
    ],
  );
});

test('a source with very many rows is a collection too', () => {
  const rows = orderRows(Array.from({ length: 201 }, (_, id) => row(`${id}`, 'ci-jobs')));
  assert.equal(new Set(rows.map(({ source }) => source)).size, 201);
});
