// Delegation as in ReDel: an agent gives parts of its task to copies of itself, in parallel and to any depth, each with
// an empty context. The model is scripted; any ChatModel will do.
import assert from 'node:assert/strict';
import { AgentRegistry, agent, type ChatRequest, delegation } from 'hrm-rex/agents';
import { run } from 'hrm-rex/orchestration';
import { scriptedModel } from 'hrm-rex/testing';

// Sums numbers by halving the list until two are left: what a model would do by itself with such instructions.
const model = scriptedModel((request) => {
  const numbers = numbersOf(request);
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return String(last.answers.reduce((sum, { output }) => sum + Number(output), 0));
  if (numbers.length <= 2) return String(numbers.reduce((sum, number) => sum + number, 0));
  const middle = Math.ceil(numbers.length / 2);
  const halves = [numbers.slice(0, middle), numbers.slice(middle)];
  return {
    toolCalls: halves.map((half) => ({
      name: 'delegate_subtask',
      input: { instructions: `add: ${half.join(' ')}` },
    })),
  };
});

const registry = new AgentRegistry();
registry.register(
  agent(
    { name: 'adder', instructions: 'Add the numbers. Give halves of long lists to others.' },
    { decide: model, tools: delegation({ registry, maxDepth: 8 }) },
  ),
);

const running = run(
  { nodes: [{ id: 'sum', task: { goal: 'add: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16' }, use: 'adder' }] },
  { handlers: registry.directory },
);
let delegated = 0;
for await (const event of running) if (event.type === 'node.note' && event.data.name === 'delegate') delegated += 1;

assert.deepEqual(await running.result, { sum: '136' });
assert.equal(delegated, 14);
console.log(`136, by ${delegated} delegated subtasks and ${model.requests.length} turns of the model`);

function numbersOf({ messages }: ChatRequest): number[] {
  const task = messages[1];
  const goal = task?.role === 'user' ? task.content : '';
  return goal.replace('add: ', '').split(' ').map(Number);
}
