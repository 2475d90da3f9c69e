// ROMA-style: a task is executed when it is atomic, otherwise planned, solved in parts and aggregated; a bad plan is made again.
import assert from 'node:assert/strict';
import { done, fail, solve } from 'hrm-rex/orchestration';

let plans = 0;
const running = solve(
  { goal: 'write a book', input: ['intro', ['chapter 1', 'chapter 2'], 'index'] },
  {
    isAtomic: ({ input }) => !Array.isArray(input),
    plan: ({ input }) => {
      plans += 1;
      const parts = input as unknown as (string | string[])[];
      return {
        nodes: parts.map((part, index) => ({
          id: `part${index}`,
          task: { goal: 'write a part', input: plans === 1 && part === 'index' ? 'indx' : part },
          onFail: 'replan' as const,
        })),
      };
    },
    execute: async ({ input }) => (input === 'indx' ? fail('TYPO', 'there is no indx') : done([String(input)])),
    aggregate: async (_task, { inputs }) => done(Object.values(inputs).flat() as string[]),
  },
);
assert.deepEqual(await running.result, ['intro', 'chapter 1', 'chapter 2', 'index']);
console.log(await running.result, `after ${plans} plans`);
