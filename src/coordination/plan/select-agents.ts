import type { Prediction } from '../model/prediction.ts';
import { type AgentKind, agentKinds } from '../task/agent-kinds.ts';
import type { PlannedAgent } from './coordination-plan.ts';
import { stageOfKind } from './kind-stages.ts';

/** What decides who takes part. */
export interface SelectAgentsOptions {
  /** Most agents. Default 30. */
  readonly maxAgents?: number | undefined;
  /** The kinds of the prediction, in the order of its outputs. Default {@link agentKinds}. */
  readonly kinds?: readonly AgentKind[] | undefined;
  /** Kinds that are at hand; others are not selected. Default: all. */
  readonly available?: Iterable<string> | undefined;
}

/**
 * All kinds, likeliest first. Those whose probability reaches their threshold are selected, at least the likeliest one
 * and at most `maxAgents`. Values that are no numbers count as 0.
 */
export function selectAgents(prediction: Prediction, options: SelectAgentsOptions = {}): readonly PlannedAgent[] {
  const { maxAgents, kinds = agentKinds, available } = options;
  const atHand = new Set(available ?? kinds.map(({ name }) => name));
  const rated = kinds
    .map(({ name, group }, index) => ({
      agent: name,
      group,
      probability: share(prediction.agents[index]),
      threshold: share(prediction.thresholds[index] ?? 0.5),
      effort: share(prediction.effort[index]),
    }))
    .filter(({ agent }, index) => kinds.findIndex(({ name }) => name === agent) === index)
    .sort((first, second) => second.probability - first.probability);
  const allowed = rated.filter(({ agent }) => atHand.has(agent));
  const needed = allowed.filter(({ probability, threshold }) => probability >= threshold);
  const most = boundedCount(maxAgents);
  const chosen = (needed.length > 0 ? needed : allowed.slice(0, 1)).slice(0, most);
  const efforts = normalise(chosen.map(({ effort }) => effort));
  const effortOf = new Map(chosen.map(({ agent }, index) => [agent, efforts[index] ?? 0]));
  const ranked = [...effortOf].sort(
    ([first, effort], [second, other]) => stageOfKind(first) - stageOfKind(second) || other - effort,
  );
  const others = rated.map(({ agent }) => agent).filter((agent) => !effortOf.has(agent));
  const ranks = [...ranked.map(([agent]) => agent), ...others];
  return rated.map(({ agent, group, probability }) => ({
    agent,
    group,
    probability,
    selected: effortOf.has(agent),
    effort: effortOf.get(agent) ?? 0,
    priority: ranks.indexOf(agent) + 1,
  }));
}

/** Most agents or subtasks of a plan: a whole number from 1 to 30. */
export function boundedCount(count = 30): number {
  return Number.isFinite(count) ? Math.max(1, Math.min(30, Math.floor(count))) : 30;
}

/** Parts of a whole; equal ones where there is nothing to go by. */
export function normalise(amounts: readonly number[]): readonly number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts.map((amount) => (total > 0 ? amount / total : 1 / amounts.length));
}

/** A number of 0 to 1 with six digits, whatever came. */
export function share(value: number | undefined): number {
  return value !== undefined && value > 0 ? Math.round(Math.min(1, value) * 1e6) / 1e6 : 0;
}
