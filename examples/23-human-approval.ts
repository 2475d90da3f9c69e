// A gate: a push waits for somebody's yes, holds no slot meanwhile, and is refused when nobody answers.
import assert from 'node:assert/strict';
import { approval, done, guard, type Handler, run } from 'hrm-rex/orchestration';

const push: Handler = async ({ goal }) => done(`${goal}: pushed`);
const gated = guard(push, approval());
const graph = (goal: string) => ({
  nodes: [{ id: 'push', task: { goal, type: 'git_push' }, use: gated, onFail: 'skip' as const }],
});

for (const [goal, approved] of [
  ['main', true],
  ['force', false],
] as const) {
  const running = run(graph(goal));
  for await (const event of running) {
    if (event.type !== 'node.waiting') continue;
    console.log('asked:', event.data.request);
    await running.answer(event.data.ticket, { approved });
  }
  assert.deepEqual(await running.result, approved ? { push: 'main: pushed' } : {});
}
