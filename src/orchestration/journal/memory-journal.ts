import { type Clock, systemClock } from '../../core/clock.ts';
import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type Journal, type JournalEvent, keptSnapshots, type Snapshot, type StoredEvent } from './journal.ts';
import { Rollbacks, rollbackEvent } from './rollbacks.ts';

interface Stream {
  readonly events: string[];
  readonly snapshots: { sequence: number; state: string; at: number }[];
  readonly rollbacks: Rollbacks;
}

/** A journal that lives as long as the process; for tests and for runs that need not survive. Keeps copies, as a file would. */
export function memoryJournal(options: { readonly clock?: Clock } = {}): Journal {
  const { clock = systemClock } = options;
  const streams = new Map<string, Stream>();
  const open = (name: string): Stream => {
    const stream = streams.get(name) ?? { events: [], snapshots: [], rollbacks: new Rollbacks() };
    streams.set(name, stream);
    return stream;
  };
  const append = (name: string, events: readonly JournalEvent[]): number => {
    const stream = open(name);
    for (const event of events) stream.rollbacks.observe(event, stream.events.push(JSON.stringify(event)));
    return stream.events.length;
  };
  return {
    append: async (name, events, { expectedSequence } = {}) => {
      const actual = streams.get(name)?.events.length ?? 0;
      if (expectedSequence !== undefined && expectedSequence !== actual) {
        throw journalConflict(name, expectedSequence, actual);
      }
      return append(name, events);
    },
    read: async function* (name, { from = 1, includeUndone = false } = {}) {
      const stream = streams.get(name);
      const end = stream?.events.length ?? 0;
      for (let sequence = Math.max(1, from); stream && sequence <= end; sequence++) {
        if (!includeUndone && stream.rollbacks.isUndone(sequence)) continue;
        const event = JSON.parse(stream.events[sequence - 1] as string) as JournalEvent;
        yield { ...event, sequence } satisfies StoredEvent;
      }
    },
    snapshot: async (name, state) => {
      const { events, snapshots } = open(name);
      snapshots.push({ sequence: events.length, state: JSON.stringify(state), at: clock.now() });
      if (snapshots.length > keptSnapshots) snapshots.shift();
      return events.length;
    },
    latest: async (name, before = Number.POSITIVE_INFINITY) => {
      const stream = streams.get(name);
      const found = stream?.snapshots.findLast(
        ({ sequence }) => sequence <= before && !stream.rollbacks.isUndone(sequence),
      );
      return found && ({ ...found, state: JSON.parse(found.state) as Json } satisfies Snapshot);
    },
    rollback: async (name, sequence) => void append(name, [rollbackEvent(sequence, clock.now())]),
    streams: async () => [...streams.keys()].sort(),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The error of an append that expected another last sequence. */
export function journalConflict(stream: string, expected: number, actual: number): RexError<'JOURNAL_CONFLICT'> {
  return new RexError(
    'JOURNAL_CONFLICT',
    `${stream}: expected sequence ${expected}, the last is ${actual}`,
    { stream, expected, actual },
    { hint: 'Somebody else has appended: read on and try again.' },
  );
}
