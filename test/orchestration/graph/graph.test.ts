import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { done, type GraphSpec, levels, run, validateGraph } from 'hrm-rex/orchestration';

const graph = (edges: Record<string, string[]>): GraphSpec => ({
  nodes: Object.entries(edges).map(([id, dependsOn]) => ({ id, task: { goal: id }, use: 'work', dependsOn })),
});

test('a cycle is refused with its path', () => {
  assert.throws(() => validateGraph(graph({ a: ['c'], b: ['a'], c: ['b'], d: [] })), {
    code: 'GRAPH_INVALID',
    context: { path: 'a', problem: 'cycle', nodes: ['a', 'c', 'b', 'a'] },
  });
  assert.throws(() => run(graph({ a: ['a'] })), { context: { path: 'a', problem: 'cycle', nodes: ['a', 'a'] } });
});

test('unknown dependencies, duplicate ids and wrong shapes are refused with their place', () => {
  assert.throws(() => validateGraph(graph({ a: [], b: ['x'] })), {
    context: { path: 'b', problem: 'unknown-dependency', nodes: ['b', 'x'] },
  });
  const twice = { nodes: [...graph({ a: [] }).nodes, ...graph({ a: [] }).nodes] };
  assert.throws(() => validateGraph(twice), { context: { path: 'a', problem: 'duplicate-id', nodes: ['a'] } });
  for (const id of ['', 'a/b', 'a~2'])
    assert.throws(() => validateGraph(graph({ [id]: [] })), { code: 'GRAPH_INVALID' });
  assert.throws(() => validateGraph({ nodes: [{ id: 'a' }] } as never), { code: 'GRAPH_INVALID' });
  assert.throws(() => run({ nodes: [{ id: 'a', task: { goal: 'a' } }] }), { code: 'GRAPH_INVALID' });
});

test('levels hold every node once, below all it depends on', () => {
  const arbitrary = fc
    .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
    .map((rows) =>
      graph(
        Object.fromEntries(
          rows.map((row, index) => [`n${index}`, [...new Set(row.filter((on) => on < index))].map((on) => `n${on}`)]),
        ),
      ),
    );
  fc.assert(
    fc.property(arbitrary, (spec) => {
      const found = levels(spec);
      const levelOf = new Map(found.flatMap((level, index) => level.map((id) => [id, index] as const)));
      assert.equal(found.flat().length, spec.nodes.length);
      for (const { id, dependsOn = [] } of spec.nodes) {
        const deepest = Math.max(-1, ...dependsOn.map((on) => levelOf.get(on) ?? assert.fail()));
        assert.equal(levelOf.get(id), deepest + 1);
      }
    }),
  );
});

test('a graph of 10,000 nodes in a chain is checked without deep recursion', async () => {
  const nodes = Array.from({ length: 10_000 }, (_, index) => ({
    id: `n${index}`,
    task: { goal: '' },
    dependsOn: index === 0 ? [] : [`n${index - 1}`],
  }));
  assert.equal(levels({ nodes }).length, 10_000);
  const result = await run({ nodes }, { use: async () => done(1) }).result;
  assert.equal(Object.keys(result).length, 10_000);
});
