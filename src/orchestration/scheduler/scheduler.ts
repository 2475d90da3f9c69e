import { type Clock, systemClock } from '../../core/clock.ts';
import { invalidArgument, RexError } from '../../core/errors.ts';
import { AgentCount } from './agent-count.ts';
import { Lane } from './lane.ts';
import { type Place, PlaceLedger, type Placement } from './placement.ts';
import { fifo, type SchedulingPolicy } from './scheduling-policy.ts';
import type { Work, WorkItem } from './work-item.ts';

/** How one lane works. */
export interface LaneOptions {
  /** Items that run at once. */
  readonly concurrency: number;
  /** Order of the queue. Default {@link fifo}. */
  readonly policy?: SchedulingPolicy;
  /** Time after which work that can suspend should. Default Infinity: it runs to its end. */
  readonly sliceMs?: number;
}

/** How a scheduler works. */
export interface SchedulerOptions {
  /** Agents with running work at once; others wait. Default 250. */
  readonly maxAgents?: number;
  /** Lanes by name, besides or in place of `task`, `model`, `memory`, `storage` and `tool` (250 at once each). */
  readonly lanes?: Readonly<Record<string, LaneOptions>>;
  /** Items that wait in one lane; more are refused. Default 10,000. */
  readonly maxQueue?: number;
  /** Where work can run. Default: places do not matter. */
  readonly places?: readonly Place[];
  /** Which place is chosen. Default: the one with the least running work. */
  readonly placement?: Placement;
  readonly clock?: Clock;
}

/** Figures of a lane. */
export interface LaneStats {
  readonly queued: number;
  readonly running: number;
  readonly concurrency: number;
}

/** Decides what runs when and where. */
export interface Scheduler {
  /**
   * Queues work and resolves with its value. Throws `QUEUE_FULL` when the lane holds its most, `UNPLACEABLE` when no
   * place could ever hold it, `INVALID_ARGUMENT` for an unknown lane, and the reason of a signal that aborts in the queue.
   */
  submit<Value>(work: Work<Value>): Promise<Value>;
  /** True when the lane takes work now. */
  hasRoom(lane?: string): boolean;
  /** Resolves when the lane takes work again: back-pressure for producers. */
  whenRoom(lane?: string): Promise<void>;
  /** Resolves when nothing waits and nothing runs. */
  drain(): Promise<void>;
  /** Figures by lane. */
  stats(): Readonly<Record<string, LaneStats>>;
}

/** Default time slice of a lane whose work can suspend, in milliseconds. */
export const defaultSliceMs = 1_000;

/** Lanes that every scheduler has. */
export const defaultLanes: readonly string[] = ['task', 'model', 'memory', 'storage', 'tool'];

/** Makes a scheduler. */
export function scheduler(options: SchedulerOptions = {}): Scheduler {
  return new LaneScheduler(options);
}

class LaneScheduler implements Scheduler {
  readonly #clock: Clock;
  readonly #maxQueue: number;
  readonly #lanes = new Map<string, Lane>();
  readonly #sliceMs = new Map<string, number>();
  readonly #agents: AgentCount;
  readonly #places: PlaceLedger | undefined;
  #waiters: (() => void)[] = [];
  #unsettled = 0;

  constructor(options: SchedulerOptions) {
    const { maxAgents = 250, lanes = {}, maxQueue = 10_000, places, placement, clock = systemClock } = options;
    this.#clock = clock;
    this.#maxQueue = maxQueue;
    this.#agents = new AgentCount(maxAgents);
    this.#places = places && new PlaceLedger(places, placement);
    const canStart = (item: WorkItem): boolean =>
      this.#agents.admits(item.agent) && (!this.#places || this.#places.find(item) !== undefined);
    const all = { ...Object.fromEntries(defaultLanes.map((name) => [name, { concurrency: maxAgents }])), ...lanes };
    for (const [name, lane] of Object.entries<LaneOptions>(all)) {
      this.#lanes.set(name, new Lane(lane.concurrency, lane.policy ?? fifo(), canStart));
      this.#sliceMs.set(name, lane.sliceMs ?? Number.POSITIVE_INFINITY);
    }
  }

  async submit<Value>(work: Work<Value>): Promise<Value> {
    const { id, agent = id, lane = 'task', priority = 2, requires, signal } = work;
    const found = this.#lane(lane);
    if (found.queued >= this.#maxQueue) throw queueFull(lane, this.#maxQueue);
    const item: WorkItem = { id, agent, lane, priority, requires, enqueuedAt: this.#clock.now() };
    if (this.#places && !this.#places.isPlaceable(item)) throw unplaceable(id);
    signal?.throwIfAborted();
    this.#unsettled += 1;
    try {
      return await this.#runSlices(work, item, found);
    } finally {
      this.#unsettled -= 1;
      this.#announce();
    }
  }

  hasRoom(lane = 'task'): boolean {
    return this.#lane(lane).queued < this.#maxQueue;
  }

  async whenRoom(lane = 'task'): Promise<void> {
    while (!this.hasRoom(lane)) await this.#change();
  }

  async drain(): Promise<void> {
    while (this.#unsettled > 0) await this.#change();
  }

  stats(): Record<string, LaneStats> {
    const lanes = [...this.#lanes];
    return Object.fromEntries(
      lanes.map(([name, { queued, running, concurrency }]) => [name, { queued, running, concurrency }]),
    );
  }

  async #runSlices<Value>(work: Work<Value>, first: WorkItem, lane: Lane): Promise<Value> {
    let snapshot: unknown;
    for (let item = first; ; item = { ...item, enqueuedAt: this.#clock.now() }) {
      const result = await this.#runSlice(work, item, lane, snapshot);
      if (result.kind === 'done') return result.value;
      snapshot = result.snapshot;
    }
  }

  #runSlice<Value>(work: Work<Value>, item: WorkItem, lane: Lane, snapshot: unknown): ReturnType<Work<Value>['run']> {
    const { signal } = work;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        lane.remove(item);
        this.#announce();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      lane.add(item, async () => {
        signal?.removeEventListener('abort', onAbort);
        this.#announce();
        const place = this.#occupy(item);
        try {
          resolve(await work.run({ endsAt: this.#sliceEnd(item.lane), snapshot, place }));
        } catch (error) {
          reject(error);
        } finally {
          this.#vacate(item, place);
        }
      });
    });
  }

  #sliceEnd(lane: string): number {
    return this.#clock.now() + (this.#sliceMs.get(lane) ?? Number.POSITIVE_INFINITY);
  }

  #occupy(item: WorkItem): string | undefined {
    this.#agents.enter(item.agent);
    const place = this.#places?.find(item);
    if (place !== undefined) this.#places?.take(place, item);
    return place;
  }

  #vacate(item: WorkItem, place: string | undefined): void {
    const isAgentGone = this.#agents.leave(item.agent);
    if (place !== undefined) this.#places?.give(place, item);
    // Its own lane looks again by itself; others may have waited for the agent's seat or the place.
    if (isAgentGone || place !== undefined) queueMicrotask(() => this.#pokeAll());
  }

  #pokeAll(): void {
    for (const lane of this.#lanes.values()) lane.poke();
  }

  #announce(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #lane(name: string): Lane {
    const lane = this.#lanes.get(name);
    if (!lane) throw invalidArgument('lane', [...this.#lanes.keys()].join(', '), name);
    return lane;
  }
}

function queueFull(lane: string, maximum: number): RexError<'QUEUE_FULL'> {
  return new RexError(
    'QUEUE_FULL',
    `the lane "${lane}" holds ${maximum} waiting items`,
    { lane, maximum },
    { hint: 'Await whenRoom() before submitting, or raise maxQueue.' },
  );
}

function unplaceable(item: string): RexError<'UNPLACEABLE'> {
  const reason = 'no place offers what it requires';
  return new RexError(
    'UNPLACEABLE',
    `${item}: ${reason}`,
    { item, reason },
    { hint: 'Add a place or lower `requires`.' },
  );
}
