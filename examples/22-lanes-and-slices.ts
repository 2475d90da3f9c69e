// AIOS-style lanes: three agents share one model in turns; what takes longer than its slice is suspended and goes on later.
import assert from 'node:assert/strict';
import { done, type Handler, roundRobin, run, scheduler } from 'hrm-rex/orchestration';

const turns: string[] = [];
const generate: Handler = async (task, { node, snapshot, shouldYield }) => {
  turns.push(node);
  let text = (snapshot as string | undefined) ?? '';
  while (text.length < Number(task.input)) {
    text += 'x';
    await new Promise((resolve) => setTimeout(resolve, 4));
    if (shouldYield() && text.length < Number(task.input)) return { kind: 'suspend', snapshot: text };
  }
  return done(text);
};

const shared = scheduler({ lanes: { model: { concurrency: 1, policy: roundRobin(), sliceMs: 20 } } });
const lengths = { long: 40, middle: 20, short: 1 };
const nodes = Object.entries(lengths).map(([id, input]) => ({
  id,
  task: { goal: 'generate', input },
  use: generate,
  lane: 'model',
}));
const result = await run({ nodes }, { scheduler: shared }).result;

console.log(turns.join(' '));
for (const [id, length] of Object.entries(lengths)) assert.equal(result[id], 'x'.repeat(length));
assert.deepEqual(turns.slice(0, 3), ['long', 'middle', 'short']);
assert.equal(turns.at(-1), 'long');
