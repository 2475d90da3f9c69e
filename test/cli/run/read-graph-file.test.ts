import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { parseCondition } from '../../../src/cli/run/conditions.ts';
import { checkGraphText } from '../../../src/cli/run/read-graph-file.ts';
import { Desk } from './rex.ts';

const faults: readonly [what: string, text: string, problem: RegExp][] = [
  ['an unknown key', 'nodes:\n  - id: a\n    run: ls\n    nedds: [b]\n', /^f:4: .*nedds/],
  ['a node without work', 'nodes:\n  - id: a\n', /^f:2: "a" has nothing to do/],
  ['two kinds of work', 'nodes:\n  - id: a\n    run: ls\n    agent: b\n', /^f:2: "a" has run and agent to do/],
  ['a task without text', 'nodes:\n  - id: a\n    run: " "\n', /^f:3: .*not empty/],
  ['a cycle', 'nodes:\n  - {id: a, run: x, needs: [b]}\n  - {id: b, run: x, needs: [a]}\n', /^f:2: a → b → a/],
  ['an unknown need', 'nodes:\n  - id: a\n    run: x\n    needs: [z]\n', /^f:4: "a" needs "z"/],
  ['an id twice', '{"nodes": [{"id": "a", "run": "x"},\n{"id": "a", "run": "x"}]}', /^f:2: the id "a" is used twice/],
  ['no YAML', 'nodes: [\n  - id: }', /^f:\d+: /],
  ['nothing', '', /^f:1: /],
  ['a condition about another node', 'nodes:\n  - id: a\n    run: x\n    when: b == 1\n', /^f:4: .*says nothing/],
  ['an unknown deployment', 'deployment: moon\nnodes:\n  - {id: a, run: x}\n', /^f:1: there is no deployment "moon"/],
  [
    'a wrong deployment',
    'deployments:\n  d: {type: docker, imagee: x}\nnodes:\n  - {id: a, run: x}\n',
    /^f:2: .*imagee/,
  ],
  [
    'a bomb of aliases',
    `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'}, *${i ? `b${i - 1}` : 'a'}]`).join('\n')}\n`,
    /^f:1: /,
  ],
];

for (const [what, text, problem] of faults) {
  test(`a file with ${what} is refused with its line`, async () => {
    const refused = await checkGraphText(text, 'f', tmpdir()).catch((error: unknown) => error);
    const { code, message } = refused as { code: string; message: string };
    assert.equal(code, 'GRAPH_INVALID');
    assert.match(message, problem);
  });
}

test('a workspace that is not there, an unknown agent and an unknown tool are told before anything runs', async () => {
  await using desk = await Desk.open({
    'workspace.yaml': 'workspace: gone\nnodes:\n  - {id: a, run: touch ran}\n',
    'agent.yaml': 'nodes:\n  - {id: a, run: touch ran}\n  - {id: b, agent: nobody}\n',
    'tool.yaml': 'nodes:\n  - {id: a, run: touch ran}\n  - {id: b, tool: hammer}\n',
  });
  const told = await Promise.all(['workspace', 'agent', 'tool'].map((name) => desk.rex('run', `${name}.yaml`)));
  assert.deepEqual(
    told.map(({ code }) => code),
    [2, 2, 2],
  );
  assert.match(told[0]?.stderr ?? '', /workspace\.yaml:1: the workspace .*gone is not there/);
  assert.match(told[1]?.stderr ?? '', /agent\.yaml:3: there is no agent "nobody"\nThere are: python/);
  assert.match(told[2]?.stderr ?? '', /tool\.yaml:3: there is no tool "hammer"\nThere are: run_command/);
  assert.match((await desk.rex('runs')).stdout, /no runs yet/);
});

test('conditions read outputs of the nodes before', () => {
  const inputs = { 'unit.tests': { exitCode: 0, output: 'all 3 passed\n', note: '' }, lint: { exitCode: 1 } };
  const holds = (text: string): boolean | undefined => parseCondition(text, Object.keys(inputs))?.(inputs);
  assert.equal(holds('unit.tests.exitCode == 0'), true);
  assert.equal(holds('unit.tests.exitCode != 0'), false);
  assert.equal(holds('unit.tests.output contains "3 passed"'), true);
  assert.equal(holds("unit.tests.output == 'all 3 passed'"), true);
  assert.equal(holds('unit.tests.output matches ^all \\d+'), true);
  assert.equal(holds('unit.tests.note'), false);
  assert.equal(holds('lint'), true);
  assert.equal(holds('lint.constructor'), false);
  assert.equal(holds('lint.output == '), undefined);
  assert.equal(holds('lint.output matches ['), undefined);
  assert.equal(holds('other == 1'), undefined);
});
