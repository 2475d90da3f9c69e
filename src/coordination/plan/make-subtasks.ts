import { agentKinds } from '../task/agent-kinds.ts';
import { mentionedKinds } from '../task/keyword-rules.ts';
import type { PlannedAgent, PlannedSubtask } from './coordination-plan.ts';
import { stageOfKind } from './kind-stages.ts';
import { normalise } from './select-agents.ts';

/** A subtask before its order is known. */
export type LooseSubtask = Omit<PlannedSubtask, 'after'>;

/** One subtask, by the agent with the greatest share of the effort. */
export function directSubtask(text: string, selected: readonly PlannedAgent[]): PlannedSubtask {
  return { id: 'task', text, agent: busiest(selected), after: [], effort: 1 };
}

/** One subtask for each selected agent: `after` the nearest stage before its own that occurs. */
export function subtasksOfAgents(text: string, selected: readonly PlannedAgent[]): readonly PlannedSubtask[] {
  const inOrder = [...selected].sort((first, second) => first.priority - second.priority);
  const stages = inOrder.map(({ agent }) => stageOfKind(agent));
  return inOrder.map(({ agent, effort }, index) => {
    const earlier = Math.max(...stages.filter((stage) => stage < (stages[index] as number)));
    const after = inOrder
      .filter((_, other) => stages[other] === earlier)
      .map((before) => before.agent.replace(/[/~]/g, '-'));
    const title = agentKinds.find(({ name }) => name === agent)?.title ?? agent;
    return { id: agent.replace(/[/~]/g, '-'), text: `${title}: ${text}`, agent, after, effort };
  });
}

/** One subtask for each part that the author wrote, by the selected agent that its words call for. */
export function subtasksOfParts(parts: readonly string[], selected: readonly PlannedAgent[]): readonly LooseSubtask[] {
  const agents = parts.map((part) => agentFor(part, selected));
  const load = new Map<string, number>();
  for (const agent of agents) load.set(agent, (load.get(agent) ?? 0) + 1);
  const effortOf = new Map(selected.map(({ agent, effort }) => [agent, effort]));
  const efforts = normalise(agents.map((agent) => (effortOf.get(agent) ?? 0) / (load.get(agent) ?? 1)));
  return parts.map((text, index) => ({
    id: `step-${index + 1}`,
    text,
    agent: agents[index] as string,
    effort: efforts[index] as number,
  }));
}

/** Among the selected agents of which the part speaks the most specific one, otherwise the one who writes the code. */
function agentFor(part: string, selected: readonly PlannedAgent[]): string {
  const mentioned = mentionedKinds(part);
  const named = selected.filter(({ agent }) => mentioned.has(agent));
  const tools = named.filter(({ agent, group }) => group !== 'language' && agent !== 'debug');
  const writers = selected.filter(({ group }) => group === 'language');
  const namedWriters = named.filter(({ group }) => group === 'language');
  return busiest([tools, namedWriters, writers, selected].find((agents) => agents.length > 0) ?? selected);
}

function busiest(agents: readonly PlannedAgent[]): string {
  return agents.reduce((best, next) => (next.effort > best.effort ? next : best)).agent;
}
