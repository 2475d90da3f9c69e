import { RexError } from '../../core/errors.ts';
import type { Budget, Usage } from '../task/budget.ts';
import type { NodeRecord } from './node-record.ts';
import type { RunState } from './run-state.ts';
import type { Spent } from './spent.ts';

/** Throws `BUDGET_EXCEEDED` unless every budget above a node allows what is asked now. */
export function checkBudgets(state: RunState, node: NodeRecord, asked: Usage, now: number): void {
  if (state.budget) checkBudget(state.budget, state.spent, asked, now - state.startedAt);
  for (const at of lineage(state, node)) {
    if (at.task.budget) checkBudget(at.task.budget, at.spent, asked, now - (at.startedAt ?? now));
  }
}

/** The tightest `durationMs` above a node: the time that is left, and the error for when it is over. */
export interface TimeLeft {
  readonly leftMs: number;
  readonly error: RexError<'BUDGET_EXCEEDED'>;
}

/** How long a node may still work; undefined when no budget bounds it. */
export function timeLeft(state: RunState, node: NodeRecord, now: number): TimeLeft | undefined {
  const bounds = [...lineage(state, node)].map(({ task, startedAt }) => ({ budget: task.budget, startedAt }));
  let tightest: TimeLeft | undefined;
  for (const { budget, startedAt = now } of [...bounds, { budget: state.budget, startedAt: state.startedAt }]) {
    const maximum = budget?.durationMs;
    if (maximum === undefined) continue;
    const leftMs = startedAt + maximum - now;
    if (tightest && tightest.leftMs <= leftMs) continue;
    tightest = { leftMs, error: budgetExceeded('durationMs', maximum, maximum, 0) };
  }
  return tightest;
}

/** Throws `BUDGET_EXCEEDED` unless `asked` fits into what is left. */
export function checkBudget(budget: Budget, spent: Readonly<Spent>, asked: Usage, elapsedMs: number): void {
  const { tokensIn = 0, tokensOut = 0, usd = 0, steps = 0 } = asked;
  refuse('tokens', budget.tokens, spent.tokens, tokensIn + tokensOut);
  refuse('usd', budget.usd, spent.usd, usd);
  refuse('steps', budget.steps, spent.steps, steps);
  if (budget.durationMs !== undefined && elapsedMs >= budget.durationMs) {
    throw budgetExceeded('durationMs', budget.durationMs, elapsedMs, 0);
  }
}

/** Whether a node may expand under the run's greatest depth and every `depth` budget above it. */
export function mayExpand(state: RunState, node: NodeRecord, maxDepth: number): boolean {
  if (node.task.depth >= Math.min(maxDepth, state.budget?.depth ?? Number.POSITIVE_INFINITY)) return false;
  for (const { task } of lineage(state, node)) {
    if (node.task.depth - task.depth >= (task.budget?.depth ?? Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

/** What a usage has more than what was accounted for already. */
export function remainder(usage: Usage | undefined, accounted: Readonly<Spent>): Usage | undefined {
  const tokens = (usage?.tokensIn ?? 0) + (usage?.tokensOut ?? 0) - accounted.tokens;
  const usd = (usage?.usd ?? 0) - accounted.usd;
  if (tokens <= 0 && usd <= 0) return undefined;
  const tokensOut = Math.min(Math.max(0, tokens), usage?.tokensOut ?? 0);
  return { tokensIn: Math.max(0, tokens - tokensOut), tokensOut, usd: Math.max(0, usd) };
}

function* lineage(state: RunState, node: NodeRecord): Generator<NodeRecord> {
  for (
    let at: NodeRecord | undefined = node;
    at;
    at = at.parent === undefined ? undefined : state.nodes.get(at.parent)
  ) {
    yield at;
  }
}

function refuse(limit: string, maximum: number | undefined, spent: number, asked: number): void {
  if (maximum !== undefined && asked > 0 && spent + asked > maximum) throw budgetExceeded(limit, maximum, spent, asked);
}

function budgetExceeded(limit: string, maximum: number, spent: number, asked: number): RexError<'BUDGET_EXCEEDED'> {
  const context = { limit, maximum, spent, asked };
  if (limit === 'durationMs') {
    const hint = 'Raise the budget, or make the work shorter.';
    return new RexError('BUDGET_EXCEEDED', `the budget of ${maximum} ms is over`, context, { hint });
  }
  const message = `the budget of ${maximum} ${limit} does not allow ${asked} more: ${spent} are spent`;
  const hint = 'Nothing was spent. Raise the budget, or finish with what is there.';
  return new RexError('BUDGET_EXCEEDED', message, context, { hint });
}
