import { type Clock, systemClock } from '../../core/clock.ts';
import { randomId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Condition } from '../graph/graph.ts';
import type { Journal } from '../journal/journal.ts';
import { type Scheduler, scheduler } from '../scheduler/scheduler.ts';
import type { Budget } from '../task/budget.ts';
import type { Handler, HandlerDirectory, HandlerReference } from '../task/handler.ts';

/** How a run works; everything has a default. */
export interface RunOptions {
  /** Name of the run and of its stream in the journal. Default: random. */
  readonly runId?: string;
  /** Handlers by name, or a directory that answers queries. */
  readonly handlers?: Readonly<Record<string, Handler>> | HandlerDirectory;
  /** Conditions by name, for `when`. */
  readonly conditions?: Readonly<Record<string, Condition>>;
  /** Who does nodes that name nobody. */
  readonly use?: HandlerReference;
  /** Where events are kept. Default: nowhere, and the run cannot be recovered. */
  readonly journal?: Journal;
  /** What decides when nodes run; may be shared by runs. Default: one of its own. */
  readonly scheduler?: Scheduler;
  /** Greatest depth; a node there cannot expand. Nodes of the run's own graph have depth 0. Default 5. */
  readonly maxDepth?: number;
  /** Does a node that wants to expand at the greatest depth. Default: the node fails with `LIMIT_EXCEEDED`. */
  readonly executeAtomic?: Handler;
  /** Times that one node may plan again. Default 3. */
  readonly maxReplans?: number;
  /** Times that one node may expand. Default 100. */
  readonly maxRounds?: number;
  /** Times that one node may be handed off. Default 8. */
  readonly maxHandoffs?: number;
  /** What the whole run may spend. */
  readonly budget?: Budget;
  /** What handlers see as `context`. */
  readonly context?: JsonObject;
  /** Objects for handlers: runtimes, pools, models. */
  readonly dependencies?: Readonly<Record<string, unknown>>;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** Time between snapshots. Default 60,000. */
  readonly snapshotEveryMs?: number;
  readonly clock?: Clock;
  /** Where `random()` begins. Default: random. */
  readonly seed?: string;
}

/** {@link RunOptions} with every default filled in. */
export interface EngineOptions {
  readonly runId: string;
  readonly directory: HandlerDirectory;
  readonly conditions: Readonly<Record<string, Condition>>;
  readonly use: HandlerReference | undefined;
  readonly journal: Journal | undefined;
  readonly scheduler: Scheduler;
  readonly maxDepth: number;
  readonly executeAtomic: Handler | undefined;
  readonly maxReplans: number;
  readonly maxRounds: number;
  readonly maxHandoffs: number;
  readonly budget: Budget | undefined;
  readonly context: JsonObject;
  readonly dependencies: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  readonly snapshotEveryMs: number;
  readonly clock: Clock;
  readonly seed: string;
}

/** Fills in the defaults. */
export function completeOptions(options: RunOptions): EngineOptions {
  const { handlers = {}, clock = systemClock } = options;
  return {
    runId: options.runId ?? randomId(),
    directory: typeof handlers === 'function' ? handlers : directoryOf(handlers),
    conditions: options.conditions ?? {},
    use: options.use,
    journal: options.journal,
    scheduler: options.scheduler ?? scheduler({ clock }),
    maxDepth: options.maxDepth ?? 5,
    executeAtomic: options.executeAtomic,
    maxReplans: options.maxReplans ?? 3,
    maxRounds: options.maxRounds ?? 100,
    maxHandoffs: options.maxHandoffs ?? 8,
    budget: options.budget,
    context: options.context ?? {},
    dependencies: options.dependencies ?? {},
    signal: options.signal,
    snapshotEveryMs: options.snapshotEveryMs ?? 60_000,
    clock,
    seed: options.seed ?? randomId(),
  };
}

/** A directory over handlers by name; a query without a name finds nothing. */
function directoryOf(handlers: Readonly<Record<string, Handler>>): HandlerDirectory {
  return (query) => {
    const name = typeof query === 'string' ? query : query.name;
    return name !== undefined && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  };
}
