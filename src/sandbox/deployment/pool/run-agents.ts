import { type Clock, systemClock } from '../../../core/clock.ts';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import type { Observation } from '../../session/session.ts';
import type { SessionLease, SessionPool, SessionRequest } from './session-pool.ts';

/** What one agent does: a script for its session, or a function that gets the lease. */
export type AgentWork<Result> = string | ((lease: SessionLease, signal: AbortSignal) => Promise<Result>);

/** One agent, what it needs, and what it does. */
export interface Assignment<Result> extends SessionRequest {
  /** Unique among the assignments. */
  readonly agent: string;
  readonly work: AgentWork<Result>;
}

/** How agents are run. All optional. */
export interface RunAgentsOptions {
  /** Time that each agent has, waiting and further attempts included. Default: none. */
  readonly timeoutMs?: number;
  /** Further attempts of an agent whose work or session fails, each on a lease of its own. Default 0. */
  readonly retries?: number;
  /** Aborting ends all agents. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What became of one agent. */
export type AgentResult<Result> =
  | { readonly status: 'done'; readonly value: Result; readonly place: string; readonly attempts: number }
  | { readonly status: 'failed'; readonly error: unknown; readonly attempts: number };

/**
 * Runs agents at once, as many as the pool has room for, and collects what became of each by its name. One that fails
 * or takes too long never disturbs the others. Work must heed its signal: a lease is given back when the work has ended.
 * @throws INVALID_ARGUMENT when two have one name
 */
export async function runAgents<Result = Observation>(
  pool: SessionPool,
  assignments: readonly Assignment<Result>[],
  options: RunAgentsOptions = {},
): Promise<ReadonlyMap<string, AgentResult<Result>>> {
  const names = assignments.map(({ agent }) => agent);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidArgument('assignments', 'agents that differ in their names', twice);
  const results = await Promise.all(assignments.map((assignment) => runAgent(pool, assignment, options)));
  return new Map(results.map((result, index) => [names[index] as string, result]));
}

async function runAgent<Result>(
  pool: SessionPool,
  { work, ...request }: Assignment<Result>,
  options: RunAgentsOptions,
): Promise<AgentResult<Result>> {
  const { timeoutMs, retries = 0, clock = systemClock } = options;
  const expiry = new AbortController();
  const given = [options.signal, request.signal].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any([expiry.signal, ...given]);
  const cancel =
    timeoutMs === undefined
      ? () => {}
      : clock.setTimer(timeoutMs, () => expiry.abort(tooLate(request.agent, timeoutMs)));
  try {
    for (let attempts = 1; ; attempts++) {
      try {
        return await pool.use({ ...request, signal }, async (lease) => {
          const value = await perform(work, lease);
          return { status: 'done', value, place: lease.place, attempts };
        });
      } catch (error) {
        if (signal.aborted) return { status: 'failed', error: signal.reason, attempts };
        if (attempts > retries || isHopeless(error)) return { status: 'failed', error, attempts };
      }
    }
  } finally {
    cancel();
  }
}

async function perform<Result>(work: AgentWork<Result>, lease: SessionLease): Promise<Result> {
  const { signal } = lease;
  if (typeof work === 'function') return await work(lease, signal);
  return (await lease.session.run(work, { signal })) as Result;
}

function isHopeless(error: unknown): boolean {
  return (
    RexError.is(error, 'UNPLACEABLE') || RexError.is(error, 'POOL_CLOSED') || RexError.is(error, 'INVALID_ARGUMENT')
  );
}

function tooLate(agent: string, waitedMs: number): RexError {
  return new RexError('WAIT_TIMEOUT', `${agent} took longer than ${waitedMs} ms`, { waitedMs, output: '' });
}
