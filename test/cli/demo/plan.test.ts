import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, type HandlerDirectory, memoryJournal, run } from 'hrm-rex/orchestration';
import { readTimeline } from 'hrm-rex/telemetry';
import { foresee } from '../../../src/cli/demo/foresee.ts';
import { conditions, makePlan } from '../../../src/cli/demo/plan.ts';

test('what needs a tool that is missing is skipped with the reason, and the rest is done', async () => {
  const installed = { bash: '5', python3: '3', node: '22', npm: '10', tsc: '5' };
  const handlers: HandlerDirectory = (query) => async () => done(query === 'workspace surveyor' ? { installed } : {});
  const journal = memoryJournal();
  await run(makePlan(), { runId: 'run', journal, handlers, conditions }).result;
  const { nodes, status } = await readTimeline(journal, 'run');
  const skipped = nodes.filter(({ state }) => state === 'skipped').map(({ path, reason }) => [path, reason]);
  const because = (project: string, reason: string): string[][] =>
    ['build', 'test', 'repair', 'verify'].map((kind) => [`${project}.${kind}`, `not true: ${reason}`]);
  assert.deepEqual(
    skipped.sort(),
    [...because('cpp', 'g++ and make are installed'), ...because('java', 'javac is installed')].sort(),
  );
  assert.equal(status, 'done');
  assert.equal(nodes.filter(({ state }) => state === 'done').length, nodes.length - skipped.length);
});

test('at least thirty checks wait for nothing but the survey', () => {
  const { nodes } = makePlan();
  const checks = nodes.filter(({ dependsOn }) => dependsOn?.length === 1 && dependsOn[0] === 'survey');
  assert.equal(checks.length >= 30, true);
  assert.equal(checks.filter(({ when }) => when === undefined || when === 'bash is installed').length >= 30, true);
});

test('the coordination heads choose who begins, and change neither the jobs nor their precedence', async () => {
  const { graph, lines } = await foresee(makePlan());
  const facts = ({ nodes }: typeof graph) =>
    nodes.map(({ id, dependsOn, when, use }) => JSON.stringify({ id, dependsOn, when, use })).sort();
  assert.deepEqual(facts(graph), facts(makePlan()));
  assert.equal(graph.nodes[0]?.id, 'survey');
  assert.match(lines.join(), /^planned by \S+: .*python \([^)]*python/);
  const check = graph.nodes.find(({ id }) => id === 'typescript.build');
  assert.ok(JSON.stringify(check?.task.preferences).includes('javascript-typescript'));
});
