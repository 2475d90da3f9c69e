// A research tree as in ROMA: a model decides whether a question is atomic and plans its parts, agents answer the atomic
// ones with tools at the same time, and what they found is put together on the way up.
import assert from 'node:assert/strict';
import { agent, type ChatRequest, defineTool, modelPolicy } from 'hrm-rex/agents';
import { done, type GraphSpec, solve, type Task } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';
import { z } from 'zod';

const library: Record<string, number> = {
  'lakes in Finland': 188_000,
  'lakes in Sweden': 97_500,
  'lakes in Norway': 450_000,
};
const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks a fact up in the library',
  input: z.object({ subject: z.string() }),
  output: z.object({ value: z.number() }),
  annotations: { readOnly: true },
  run: ({ subject }) => {
    const value = library[subject];
    if (value === undefined) throw new Error(`nothing about ${subject}; there is: ${Object.keys(library).join(', ')}`);
    return { value };
  },
});

// The planner splits by "and"; its first plan is no JSON, and the policy sends it back.
let plans = 0;
const planner = scriptedModel(({ messages }) => {
  const question = messages[1]?.role === 'user' ? messages[1].content : '';
  if (plans++ === 0) return 'I would first look at the parts.';
  return JSON.stringify({ questions: question.split(' and ') });
});
const planSchema = z.object({ questions: z.array(z.string()).min(1) });
const questions = modelPolicy(planner, { action: planSchema, prompt: ({ goal }: Task) => goal });

// The researcher mistypes its first subject and corrects itself by what the tool answers.
const researcher = scriptedModel((request) => {
  const question = questionOf(request);
  const last = request.messages.at(-1);
  if (last?.role !== 'tool') return { toolCalls: [{ name: 'look_up', input: { subject: question.toLowerCase() } }] };
  const [answer] = last.answers;
  if (answer?.isError) return { toolCalls: [{ name: 'look_up', input: { subject: question } }] };
  return JSON.stringify({ question, value: (answer?.output as { value?: number } | undefined)?.value ?? 0 });
});
const research = agent(
  {
    name: 'researcher',
    instructions: 'Answer by the library only.',
    outputs: ['question', 'value'],
    limits: { steps: 5 },
  },
  { decide: researcher, tools: [lookUp], rules: [{ type: 'requiredBeforeExit', tool: 'look_up' }] },
);

const running = solve<{ question: string; value: number }>(
  { goal: 'lakes in Finland and lakes in Sweden and lakes in Norway' },
  {
    isAtomic: ({ goal }) => !goal.includes(' and '),
    plan: {
      decide: async (task, context) => {
        const { action, confidence, by } = await questions.decide(task, context);
        const nodes = action.questions.map((goal, index) => ({ id: `part-${index + 1}`, task: { goal } }));
        return { action: { nodes } satisfies GraphSpec, confidence, by };
      },
    },
    execute: research.handle,
    aggregate: async ({ goal }, { inputs }) => {
      const found = Object.values(inputs) as { value: number }[];
      return done({ question: goal, value: found.reduce((sum, { value }) => sum + value, 0) });
    },
  },
);
const answer = await running.result;
console.log(answer, running.spent());
assert.equal(answer.value, 735_500);
assert.equal(planner.requests.length, 2);
assert.equal(researcher.requests.length, 9);

function questionOf({ messages }: ChatRequest): string {
  return messages[1]?.role === 'user' ? messages[1].content : '';
}
