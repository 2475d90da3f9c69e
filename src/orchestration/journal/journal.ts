import type { Json } from '../../core/json.ts';

/** One thing that happened. */
export interface JournalEvent {
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly run?: string | undefined;
  readonly node?: string | undefined;
  readonly agent?: string | undefined;
  /** Facts that belong to the type; JSON. */
  readonly data?: unknown;
}

/** An event with its place in the stream. Sequences start at 1 and strictly increase. */
export type StoredEvent<Event extends JournalEvent = JournalEvent> = Event & { readonly sequence: number };

/** A state as it was after the event `sequence`. */
export interface Snapshot {
  readonly sequence: number;
  readonly state: Json;
  readonly at: number;
}

/** Which events are read. */
export interface ReadOptions {
  /** First sequence. Default 1. */
  readonly from?: number;
  /** Also events that a rollback has undone, and the rollbacks themselves: the audit trail. Default false. */
  readonly includeUndone?: boolean;
}

/**
 * An append-only log of events in independent streams, with snapshots beside it.
 *
 * The laws: events appended together are kept or lost together; what `append` has resolved survives the death of the
 * process; sequences follow the order of the calls; no event is ever changed.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Appends events and resolves with the sequence of the last once all are durable. With `expectedSequence` it throws
   * `JOURNAL_CONFLICT` unless that is the stream's last. After `JOURNAL_WRITE_FAILED` the stream accepts nothing more.
   */
  append(
    stream: string,
    events: readonly JournalEvent[],
    options?: { readonly expectedSequence?: number },
  ): Promise<number>;
  /** Events in order, up to the last when reading began. Throws `JOURNAL_CORRUPT`. */
  read(stream: string, options?: ReadOptions): AsyncIterable<StoredEvent>;
  /** Keeps a state that contains everything appended so far; the state is copied before the call returns. */
  snapshot(stream: string, state: Json): Promise<number>;
  /** The newest snapshot that no rollback has undone, at or before a sequence if one is given. */
  latest(stream: string, before?: number): Promise<Snapshot | undefined>;
  /** Undoes every event after `sequence`. They stay in the log for the audit trail. */
  rollback(stream: string, sequence: number): Promise<void>;
  /** Names of the streams. */
  streams(): Promise<string[]>;
  /** Completes what is under way and lets the storage go. */
  close(): Promise<void>;
}

/** Snapshots kept for each stream. */
export const keptSnapshots = 10;
