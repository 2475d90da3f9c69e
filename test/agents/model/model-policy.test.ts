import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelPolicy } from 'hrm-rex/agents';
import { done, type GraphSpec, solve } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';

const action = z.object({ atomic: z.boolean() });

test('a decision is checked, and a wrong one is corrected once', async () => {
  const model = scriptedModel(['Yes, I think so.', '```json\n{"atomic": true}\n```']);
  const decision = await modelPolicy(model, { action, confidence: 0.7 }).decide({ goal: 'x' });
  assert.deepEqual(decision, { action: { atomic: true }, confidence: 0.7, by: 'scripted' });
  assert.ok(model.requests[0]?.responseSchema);
  model.assertComplete();
});

test('a decision that still does not fit is refused', async () => {
  const model = scriptedModel(['{"atomic": 1}', '{"atomic": 2}']);
  await assert.rejects(modelPolicy(model, { action }).decide(null), {
    code: 'MODEL_ANSWER_INVALID',
    message: /atomic/,
  });
});

test('a model plans for solve, and what it uses counts', async () => {
  const plan = z.object({ parts: z.array(z.string()) });
  const model = scriptedModel([{ text: '{"parts": ["a", "b"]}', usage: { tokensIn: 10, tokensOut: 2 } }]);
  const policy = modelPolicy(model, { action: plan, prompt: ({ goal }: { goal: string }) => goal });
  const running = solve(
    { goal: 'ab' },
    {
      isAtomic: ({ goal }) => goal.length === 1,
      plan: {
        decide: async (task, context) => {
          const { action: chosen, ...rest } = await policy.decide(task, context);
          const nodes = chosen.parts.map((goal) => ({ id: goal, task: { goal } }));
          return { ...rest, action: { nodes } satisfies GraphSpec };
        },
      },
      execute: async ({ goal }) => done(goal.toUpperCase()),
      aggregate: async (_task, { inputs }) => done(Object.values(inputs)),
    },
  );
  assert.deepEqual(await running.result, ['A', 'B']);
  assert.equal(running.spent().tokens, 12);
});
