import type { Clock } from '../../core/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { applyEvent } from './apply-event.ts';
import type { EventLog } from './event-log.ts';
import type { RunEvent, RunEventData, RunEventType } from './run-event.ts';
import { formatRunState, type RunState } from './run-state.ts';

/** Why a snapshot is taken. */
export type SnapshotReason = 'time' | 'error' | 'plan' | 'join' | 'pause';

/** Fewest events between snapshots taken for an error, a plan or a join. */
const MIN_EVENTS = 64;

/** Puts events into the state at once, and into the journal in groups. */
export class Recorder {
  readonly #state: RunState;
  readonly #journal: Journal | undefined;
  readonly #clock: Clock;
  readonly #events: EventLog<RunEvent>;
  #staged: RunEvent[] = [];
  #sinceSnapshot = 0;
  #snapshot: Promise<unknown> | undefined;

  constructor(state: RunState, journal: Journal | undefined, clock: Clock, events: EventLog<RunEvent>) {
    this.#state = state;
    this.#journal = journal;
    this.#clock = clock;
    this.#events = events;
  }

  /** Applies an event; it is kept with all others staged before the next {@link commit}. */
  stage<Type extends RunEventType>(type: Type, data: RunEventData[Type], node?: string, agent?: string): void {
    const event = {
      type,
      run: this.#state.id,
      ...(node === undefined ? {} : { node }),
      ...(agent === undefined ? {} : { agent }),
      at: this.#clock.now(),
      data,
    } as RunEvent;
    applyEvent(this.#state, event);
    this.#staged.push(event);
  }

  /**
   * Keeps what is staged; undefined when that needs no waiting, otherwise resolves when it is durable. The sequence, if
   * given, is the one that the stream must end with.
   */
  commit(expectedSequence?: number): Promise<void> | undefined {
    const events = this.#staged;
    if (events.length === 0) return undefined;
    this.#staged = [];
    this.#sinceSnapshot += events.length;
    if (!this.#journal) {
      this.#events.push(events);
      return undefined;
    }
    const options = expectedSequence === undefined ? {} : { expectedSequence };
    return this.#journal.append(this.#state.id, events, options).then(() => this.#events.push(events));
  }

  /**
   * Takes a snapshot of the committed state. For an error, a plan or a join only when enough has happened since the
   * last, so that all snapshots together cost no more than the events themselves.
   */
  async snapshot(reason: SnapshotReason): Promise<void> {
    if (!this.#journal || this.#snapshot || this.#staged.length > 0 || this.#sinceSnapshot === 0) return;
    const isFrequent = reason === 'error' || reason === 'plan' || reason === 'join';
    if (isFrequent && this.#sinceSnapshot < Math.max(MIN_EVENTS, this.#state.nodes.size)) return;
    this.#sinceSnapshot = 0;
    this.#snapshot = this.#journal.snapshot(this.#state.id, formatRunState(this.#state));
    try {
      await this.#snapshot;
    } finally {
      this.#snapshot = undefined;
    }
  }

  /** Resolves when no snapshot is under way. */
  async quiet(): Promise<void> {
    await this.#snapshot?.catch(() => {});
  }
}
