import type { JournalEvent } from '../orchestration/journal/journal.ts';

/** Events to read: a run, `journal.read(stream)`, or a list. */
export type EventSource = Iterable<JournalEvent> | AsyncIterable<JournalEvent>;
