// Guards: retries with a growing pause, a breaker that rests what keeps failing, a fallback, and a budget that is never overspent.
import assert from 'node:assert/strict';
import { breaker, budget, done, fallback, guard, type Handler, retry, run } from 'hrm-rex/orchestration';

let calls = 0;
const cloudModel: Handler = async () => {
  calls += 1;
  throw new Error('503');
};
const localModel: Handler = async (_task, { spend }) => {
  spend({ tokensIn: 30, tokensOut: 10 });
  return done('answered locally');
};

const model = guard(
  cloudModel,
  budget({ tokens: 100 }),
  fallback(localModel),
  breaker({ failures: 3 }),
  retry({ attempts: 2, baseMs: 1 }),
);
const nodes = Array.from({ length: 4 }, (_, index) => ({
  id: `question${index}`,
  task: { goal: 'answer' },
  use: model,
  dependsOn: index === 0 ? [] : [`question${index - 1}`],
  onFail: 'continue' as const,
}));
const running = run({ nodes });
const answers = await running.result;

console.log(answers, running.spent(), `${calls} calls to the cloud`);
assert.deepEqual(Object.keys(answers), ['question0', 'question1']);
assert.equal(running.spent().tokens, 80, 'a third answer would have cost more than was left');
assert.equal(calls, 2 * 3, 'after three failures the breaker let nothing through');
