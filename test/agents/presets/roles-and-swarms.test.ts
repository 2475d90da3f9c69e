import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent } from '../../../src/agents/agent/agent.ts';
import {
  changeSchema,
  planSchema,
  reviewSchema,
  roles,
  testReportSchema,
} from '../../../src/agents/presets/roles/roles.ts';
import {
  designSwarm,
  swarmGraph,
  swarmManifestSchema,
  swarmSpecs,
} from '../../../src/agents/presets/swarm/swarm-manifest.ts';
import { SkillRegistry } from '../../../src/agents/skills/skill-registry.ts';
import { sandboxTools } from '../../../src/agents/toolbox/sandbox-tools.ts';
import { run } from '../../../src/orchestration/engine/run.ts';
import { validateGraph } from '../../../src/orchestration/graph/validate.ts';
import { rules } from '../../../src/orchestration/policy/policy.ts';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';
import { expectThrown } from '../../../src/testing/contract/expect-error.ts';

test('each role is an agent with the sandbox tools, whose output has to fit its schema', async () => {
  const tools = sandboxTools(new DummyRuntime());
  const outputs = {
    planner: { summary: 's', tasks: [{ id: 'a', goal: 'g', files: ['x'], dependsOn: [] }], files: ['x'] },
    coder: { summary: 's', files: [{ path: 'x', content: 'y' }], patches: [], commands: ['make'] },
    reviewer: { approved: false, comments: [{ path: 'x', line: null, severity: 'blocker', comment: 'c' }] },
    tester: { passed: true, tests: [], results: [{ name: 'n', passed: true, output: '' }], coverage: null },
  } as const;
  const schemas = { planner: planSchema, coder: changeSchema, reviewer: reviewSchema, tester: testReportSchema };
  for (const name of ['planner', 'coder', 'reviewer', 'tester'] as const) {
    const work = (output: object) => {
      const { handle } = agent(roles[name], { decide: rules(() => ({ output: output as never })), tools });
      return run({ nodes: [{ id: 'node', task: { goal: 'work' }, use: handle }] }).result;
    };
    assert.deepEqual(schemas[name].parse((await work(outputs[name])).node), outputs[name]);
    await assert.rejects(work({ nothing: true }), /MODEL_ANSWER_INVALID|will not do/);
  }
  await tools[Symbol.asyncDispose]();
});

test('a swarm has an agent for each of the two best skills above 3, else one general agent', () => {
  const skill = (name: string, description: string) => ({
    name,
    description,
    instructions: name,
    manifest: { tools: ['t'], permissions: [] },
  });
  const skills = new SkillRegistry([
    skill('test', 'x'),
    skill('code', 'test'),
    skill('docs', 'test'),
    skill('code-test', 'y'),
  ]);
  const roleNames = (request: string) => designSwarm(request, skills).agents.map(({ role }) => role);
  assert.deepEqual(roleNames('test code'), ['code-test', 'code']);
  assert.deepEqual(roleNames('docs'), ['docs']);
  assert.deepEqual(roleNames('x'), ['general']);
  expectThrown(() => designSwarm(' ', skills), 'INVALID_ARGUMENT');
});

test('a manifest becomes agents and a graph; equal roles get numbers, sequence makes dependencies', () => {
  const member = { role: 'coder', skill: null, prompt: 'p', task: 'do it', tools: [] };
  const manifest = swarmManifestSchema.parse({ strategy: 'sequential', agents: [member, member] });
  assert.deepEqual(
    swarmSpecs(manifest).map(({ name }) => name),
    ['coder', 'coder-2'],
  );
  const graph = swarmGraph(manifest);
  validateGraph(graph);
  assert.deepEqual(
    graph.nodes.map(({ dependsOn }) => dependsOn),
    [undefined, ['coder']],
  );
  assert.deepEqual(
    swarmGraph({ ...manifest, strategy: 'parallel' }).nodes.map(({ dependsOn }) => dependsOn),
    [undefined, undefined],
  );
  assert.equal(swarmManifestSchema.safeParse({ strategy: 'parallel', agents: [] }).success, false);
});
