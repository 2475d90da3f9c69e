import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DomainPhase, domainPhaseSchema, domainResultSchema } from '../../../src/agents/presets/domains/domain.ts';
import { domainGraph } from '../../../src/agents/presets/domains/domain-graph.ts';
import { domainHandlers } from '../../../src/agents/presets/domains/domain-handlers.ts';
import { domains, findDomain } from '../../../src/agents/presets/domains/domains.ts';
import { toolAgent } from '../../../src/agents/presets/tools/tool-agent.ts';
import { toolPresets } from '../../../src/agents/presets/tools/tool-presets.ts';
import { RexError } from '../../../src/core/errors.ts';
import { run } from '../../../src/orchestration/engine/run.ts';
import { validateGraph } from '../../../src/orchestration/graph/validate.ts';
import { done } from '../../../src/orchestration/task/outcome.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectThrown } from '../../../src/testing/contract/expect-error.ts';

async function open(test: TestContext) {
  const cwd = await mkdtemp(join(tmpdir(), 'hrm-rex-domain-'));
  const runtime = new LocalRuntime({ cwd });
  test.after(async () => {
    await runtime.close();
    await rm(cwd, { recursive: true });
  });
  const work = (phases: readonly DomainPhase[]) =>
    run(domainGraph({ ...domains.systems, artifacts: ['*.out'] }, { phases, cwd }), {
      handlers: domainHandlers({ runtime, cwd }),
      output: 'last',
    });
  return { cwd, runtime, work };
}

const task = (name: string, script: string) => ({
  name,
  tool: 'make',
  steps: [{ name, command: ['sh', '-c', script] }],
});

test('tasks of a phase run at the same time, phases one after another', async (test) => {
  const { runtime, cwd, work } = await open(test);
  await runtime.execute(['mkfifo', 'first', 'second'], { cwd, check: 'raise' });
  const phases = [
    // Each waits for the other: run one after another they would never end.
    {
      name: 'meet',
      tasks: [
        task('a', 'echo a > first; read x < second; echo $x > a.out'),
        task('b', 'read x < first; echo b > second; echo $x > b.out'),
      ],
    },
    { name: 'after', tasks: [task('both', 'cat a.out b.out > all.out')] },
  ];
  for (const phase of phases) assert.deepEqual(domainPhaseSchema.parse(phase), phase);
  const result = domainResultSchema.parse(await work(phases).result);
  assert.deepEqual(
    [result.success, result.workflow, result.artifacts],
    [true, ['meet', 'after'], ['a.out', 'all.out', 'b.out']],
  );
  assert.equal(await runtime.readFile('all.out'), 'b\na\n');
  assert.deepEqual(Object.keys(result.toolResults), ['meet.a', 'meet.b', 'after.both']);
});

test('a phase that fails is recovered, or fails in words and nothing after it runs', async (test) => {
  const { runtime, work } = await open(test);
  const fragile = { name: 'build', tasks: [task('one', 'test -e ready')], validate: task('check', 'test -e ready') };
  const recovered = await work([{ ...fragile, recover: task('make ready', 'touch ready') }]).result;
  assert.equal(domainResultSchema.parse(recovered).success, true);

  await runtime.files.remove('ready');
  const failing = work([fragile, { name: 'later', tasks: [task('late', 'touch late.out')] }]).result;
  await assert.rejects(failing, (error) => {
    assert.ok(RexError.is(error, 'NODE_FAILED'));
    assert.equal(error.context.error.code, 'PHASE_FAILED');
    assert.match(error.context.error.message, /Phase build failed: build\.one/);
    return true;
  });
  assert.equal(await runtime.files.exists('late.out'), false);
});

test('the domains that come along are sound graphs over known tools', () => {
  for (const domain of Object.values(domains)) {
    validateGraph(domainGraph(domain));
    for (const tool of domain.toolchain) assert.ok(toolPresets[tool], tool);
  }
  assert.equal(findDomain('SysOps'), domains.devops);
  expectThrown(() => findDomain('cooking'), 'UNSUPPORTED');
  expectThrown(
    () => domainGraph('web', { phases: [{ name: 'x', tasks: [{ name: 'y', tool: 'git', steps: ['dance'] }] }] }),
    'INVALID_ARGUMENT',
  );
});

test('a workspace that is not there is told as such, and not as a missing tool', async () => {
  const cwd = join(tmpdir(), 'hrm-rex-nowhere', 'at-all');
  await using runtime = new LocalRuntime({ cwd });
  const { handle } = toolAgent('git', { runtime, cwd });
  const nodes = [
    { id: 'node', task: { goal: 'work', input: { steps: ['status'] } }, use: handle, onFail: 'continue' as const },
    { id: 'other', task: { goal: 'work' }, use: async () => done('fine') },
  ];
  const running = run({ nodes });
  const failed: string[] = [];
  for await (const event of running) if (event.type === 'node.failed') failed.push(event.data.error.message);
  assert.deepEqual(failed, [`the working directory ${cwd} does not exist`]);
  assert.equal(((await running.result) as { other?: unknown }).other, 'fine');
});

test('a tool agent answers a workflow, fails in words, and asks before a gated step', async (test) => {
  const { runtime, cwd } = await open(test);
  const handlers = { git: toolAgent('git', { runtime, cwd }).handle };
  const work = (input: object) =>
    run({ nodes: [{ id: 'node', task: { goal: 'work', input: input as never }, use: 'git' }] }, { handlers });
  const codeOf = async (input: object) => {
    try {
      await work(input).result;
    } catch (error) {
      assert.ok(RexError.is(error, 'NODE_FAILED'));
      return error.context.error.code;
    }
    return 'none';
  };
  assert.equal(await codeOf({ steps: ['init', 'status'] }), 'none');
  assert.equal(await codeOf({ steps: ['merge'], values: { branch: 'nowhere' } }), 'WORKFLOW_FAILED');
  assert.equal(await codeOf({ steps: ['dance'] }), 'INVALID_ARGUMENT');
  assert.equal(await codeOf({}), 'INVALID_ARGUMENT');
  const pushing = work({ steps: ['push'] });
  for await (const event of pushing) {
    if (event.type === 'node.waiting') await pushing.answer(event.data.ticket, { approved: false });
  }
  await assert.rejects(pushing.result, (error) => {
    assert.ok(RexError.is(error, 'NODE_FAILED'));
    assert.equal(error.context.error.code, 'APPROVAL_DENIED');
    return true;
  });
});
