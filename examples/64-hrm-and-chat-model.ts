// The small model plans where it is sure; a chat model where it is not; a rule where neither is.
import assert from 'node:assert/strict';
import { modelPolicy } from 'hrm-rex/agents';
import { type Coordinator, hrmPlanner, ruleCoordinator } from 'hrm-rex/coordination';
import { done, firstConfident, type GraphSpec, rules, solve, type Task } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';

// Stands for trained weights: sure of what it knows, and of nothing else.
const inner = ruleCoordinator();
const coordinator: Coordinator = {
  ...inner,
  name: 'small model',
  predict: async (task) => {
    const prediction = await inner.predict(task);
    const isKnown = task.text.startsWith('Speed up');
    const agents = prediction.agents.map((_, kind) => (isKnown && (kind === 0 || kind === 11) ? 0.97 : 0.02));
    return { ...prediction, agents, effort: agents, composite: isKnown ? 0.95 : 0.5 };
  },
};
const planner = hrmPlanner({ coordinator });

// The chat model answers with a graph; a real one comes from `fromAiSdk`.
const answer: GraphSpec = { nodes: [{ id: 'ask', task: { goal: 'ask what the letter says' } }] };
const chat = scriptedModel([JSON.stringify(answer)]);
const node = z.object({ id: z.string(), task: z.object({ goal: z.string() }) });
const chatPlans = modelPolicy<Task, { readonly nodes: z.infer<typeof node>[] }>(chat, {
  action: z.object({ nodes: z.array(node) }),
  instructions: 'Take the task apart.',
  confidence: 0.85,
});
const asItIs = rules<Task, GraphSpec>(({ goal }) => ({ nodes: [{ id: 'all', task: { goal } }] }));
const plan = firstConfident<Task, GraphSpec>(0.8, planner.plan, chatPlans, asItIs);

const decidedBy: string[] = [];
async function work(goal: string): Promise<string[]> {
  const done_: string[] = [];
  const running = solve(
    { goal },
    {
      maxDepth: 1,
      isAtomic: firstConfident(
        0.8,
        planner.isAtomic,
        rules<Task, boolean>(({ depth }) => depth > 0),
      ),
      plan: {
        decide: async (task, context) => {
          const decision = await plan.decide(task, context);
          decidedBy.push(decision.by);
          return decision;
        },
      },
      execute: async (task) => {
        done_.push(task.type ?? task.goal);
        return done(task.goal);
      },
      aggregate: async (_task, { inputs }) => done(Object.keys(inputs)),
    },
  );
  await running.result;
  return done_;
}

assert.deepEqual(await work('Speed up the parser'), ['python', 'test']);
assert.deepEqual(await work('Beantworte den Brief und ruf die Nachbarn an'), ['ask what the letter says']);
assert.deepEqual(decidedBy, ['small model', 'scripted']);
chat.assertComplete();
console.log(decidedBy);
