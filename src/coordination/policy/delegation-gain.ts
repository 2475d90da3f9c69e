import { levels } from '../../orchestration/index.ts';
import type { CoordinationPlan } from '../plan/coordination-plan.ts';
import { planGraph } from '../plan/plan-graph.ts';

/** What specialists gain and what talking to each other costs. */
export interface DelegationCosts {
  /** Times longer that an agent takes for work of another kind than its own. Default 1.5. */
  readonly outsideFactor?: number | undefined;
  /** Time to hand a subtask over: to describe it and to start an agent. Default 60,000. */
  readonly handoverMs?: number | undefined;
  /** Time to read the result of a subtask that came before. Default 30,000. */
  readonly readMs?: number | undefined;
}

/** Whether several agents are worth their talking. */
export interface DelegationGain {
  /** Expected time of one agent that does everything. */
  readonly soloMs: number;
  /** Expected time of the specialists, side by side where the order allows it, their talking included. */
  readonly delegatedMs: number;
  /** Part of `delegatedMs` that is talking. */
  readonly overhead: number;
}

/** Weighs the gain of specialisation against the cost of communication for a plan. */
export function delegationGain(plan: CoordinationPlan, costs: DelegationCosts = {}): DelegationGain {
  const { outsideFactor = 1.5, handoverMs = 60_000, readMs = 30_000 } = costs;
  const { subtasks, expectedDurationMs } = plan;
  const effortOf = new Map<string, number>();
  for (const { agent, effort } of subtasks) effortOf.set(agent, (effortOf.get(agent) ?? 0) + effort);
  const own = Math.max(...effortOf.values());
  const soloMs = expectedDurationMs * (own + (1 - own) * outsideFactor);
  if (subtasks.length < 2) return { soloMs, delegatedMs: soloMs, overhead: 0 };
  const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]));
  const endOf = new Map<string, { readonly wholeMs: number; readonly talkMs: number }>();
  for (const id of levels(planGraph(plan)).flat()) {
    const { effort = 0, after = [] } = byId.get(id) ?? {};
    const latest = after
      .map((before) => endOf.get(before) ?? { wholeMs: 0, talkMs: 0 })
      .reduce((last, next) => (next.wholeMs > last.wholeMs ? next : last), { wholeMs: 0, talkMs: 0 });
    const talkMs = handoverMs + readMs * after.length;
    endOf.set(id, {
      wholeMs: latest.wholeMs + talkMs + effort * expectedDurationMs,
      talkMs: latest.talkMs + talkMs,
    });
  }
  const last = [...endOf.values()].reduce((end, next) => (next.wholeMs > end.wholeMs ? next : end));
  // Whoever asked reads every result.
  const readingMs = readMs * subtasks.length;
  const delegatedMs = last.wholeMs + readingMs;
  return { soloMs, delegatedMs, overhead: (last.talkMs + readingMs) / delegatedMs };
}
