import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CoordinationExample,
  coordinationExampleSchema,
  experiences,
  type SweSmithInstance,
  type SynthesiseOptions,
  synthesise,
} from 'hrm-rex/coordination';
import { done, fail, memoryJournal, run } from 'hrm-rex/orchestration';

function patchOf(lines: Readonly<Record<string, number>>): string {
  return Object.entries(lines)
    .map(([path, count]) => {
      const added = Array.from({ length: count }, (_, index) => (index % 2 ? `+new ${index}` : `---old ${index}`));
      return [
        `diff --git a/${path} b/${path}`,
        `--- a/${path}`,
        `+++ b/${path}`,
        '@@ -1 +1 @@',
        ' same',
        ...added,
      ].join('\n');
    })
    .join('\n');
}

function instance(id: string, text: string, lines: Readonly<Record<string, number>>): SweSmithInstance {
  const facts = { repo: 'swesmith/x', base_commit: 'abc', PASS_TO_PASS: [], image_name: 'x' };
  return { instance_id: id, problem_statement: text, patch: patchOf(lines), FAIL_TO_PASS: ['t1'], ...facts };
}

async function all(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  options?: SynthesiseOptions,
): Promise<CoordinationExample[]> {
  const found: CoordinationExample[] = [];
  for await (const example of synthesise(source, options)) found.push(example);
  return found;
}

test('an instance becomes an example: languages, tools and domains, in order', async () => {
  const lines = { 'app/views.py': 20, 'tests/test_views.py': 10, 'docs/usage.md': 4, 'package-lock.json': 500 };
  const [example] = await all([instance('one', 'The server answers HTTP requests with the wrong cookie', lines)]);
  coordinationExampleSchema.parse(example);
  assert.ok(example);
  assert.deepEqual(
    example.optimal_agent_assignments.map(({ agent_type, priority, dependencies }) => [
      agent_type,
      priority,
      ...dependencies,
    ]),
    [
      ['tool_debug', 1],
      ['language_python', 2, 'tool_debug'],
      ['domain_web', 3, 'tool_debug'],
      ['tool_test', 4, 'language_python', 'domain_web'],
      ['domain_docs', 5, 'tool_test'],
    ],
  );
  assert.deepEqual(example.task_complexity, { level: 1, changed_lines: 34, files: 4 });
  assert.ok(example.coordination_decisions.considered.includes('language_rust'));
  assert.ok(!example.coordination_decisions.considered.includes('domain_security'));
  const { duration, sequential_duration: sequential, speedup } = example.expected_performance;
  assert.ok(duration < sequential && Math.abs(speedup - sequential / duration) < 1e-9);
});

test('rare combinations are drawn as often as frequent ones, each instance once, the same for the same seed', async () => {
  const many = [
    ...Array.from({ length: 90 }, (_, index) => instance(`py${index}`, `task ${index}`, { 'a.py': index + 1 })),
    ...Array.from({ length: 5 }, (_, index) => instance(`rs${index}`, `rust task ${index}`, { 'a.rs': index + 1 })),
  ];
  const drawn = await all(many, { samples: 10, seed: 7 });
  const rust = drawn.filter(({ optimal_agent_assignments: agents }) =>
    agents.some(({ agent_type }) => agent_type === 'language_rust'),
  );
  assert.deepEqual([drawn.length, rust.length], [10, 5]);
  assert.deepEqual(await all(many, { samples: 10, seed: 7 }), drawn);
  assert.notDeepEqual(await all(many, { samples: 10, seed: 8 }), drawn);
  const every = await all(many);
  assert.equal(new Set(every.map((example) => example.task_description)).size, 95);
});

test('journals are a source too', async () => {
  const journal = memoryJournal();
  const nodes = [
    { id: 'code', task: { goal: 'write it' }, use: 'typescript' },
    { id: 'check', task: { goal: 'test it' }, use: 'tool_test', dependsOn: ['code'] },
    { id: 'page', task: { goal: 'describe it' }, use: 'docs', onFail: 'skip' as const },
  ];
  await run(
    { nodes: [{ id: 'top', task: { goal: 'add a flag' }, use: 'planner' }] },
    {
      journal,
      handlers: {
        planner: async () => ({ kind: 'expand', graph: { nodes }, join: 'all' }),
        typescript: async () => done(1),
        tool_test: async () => done(2),
        docs: async () => fail('NO', 'no'),
      },
    },
  ).result;
  const [example] = await all(experiences(journal));
  coordinationExampleSchema.parse(example);
  assert.deepEqual(
    example?.optimal_agent_assignments.map(({ agent_type }) => agent_type),
    ['language_javascript-typescript', 'tool_test'],
  );
  assert.equal(example?.expected_performance.success_rate, 2 / 3);
  assert.ok(!example?.coordination_decisions.considered.includes('domain_docs'));
});

test('what changes no known file is left out, what is no source is an error', async () => {
  assert.deepEqual(
    await all([instance('x', 'y', { LICENSE: 3 }), { ...instance('x', 'y', {}), patch: 'no diff' }]),
    [],
  );
  await assert.rejects(all([{ hello: 'world' }]), { code: 'INVALID_ARGUMENT' });
});
