import assert from 'node:assert/strict';
import type { Journal, JournalEvent, StoredEvent } from '../orchestration/journal/journal.ts';
import type { TestRegistrar } from './contract/suite.ts';

/** What the journal contract needs to know. */
export interface JournalContractOptions {
  /** Registers each case. */
  readonly test: TestRegistrar;
  /** Makes an empty journal; each case makes its own and closes it. */
  readonly makeJournal: () => Journal | Promise<Journal>;
}

/** Registers the cases that every {@link Journal} passes. */
export function journalContract({ test, makeJournal }: JournalContractOptions): void {
  const check = (sentence: string, run: (journal: Journal) => Promise<void>): void => {
    test(`journal: ${sentence}`, async () => {
      await using journal = await makeJournal();
      await run(journal);
    });
  };

  check('gives back what was appended, in order, with sequences from 1', async (journal) => {
    assert.equal(await journal.append('a', [event(1), event(2)]), 2);
    assert.equal(await journal.append('a', [event(3)]), 3);
    const read = await collect(journal.read('a'));
    assert.deepEqual(
      read,
      [1, 2, 3].map((number) => ({ ...event(number), sequence: number })),
    );
  });

  check('orders concurrent appends by their calls', async (journal) => {
    const calls = Array.from({ length: 50 }, (_, index) => journal.append('a', [event(index)]));
    assert.deepEqual(
      await Promise.all(calls),
      calls.map((_, index) => index + 1),
    );
    assert.deepEqual(
      await numbers(journal),
      calls.map((_, index) => index),
    );
  });

  check('keeps streams apart, whatever their names', async (journal) => {
    const names = ['a', 'a/b', 'A', '..', 'with space', 'ü%=~'];
    for (const [index, name] of names.entries()) await journal.append(name, [event(index)]);
    for (const [index, name] of names.entries()) assert.deepEqual(await numbers(journal, name), [index]);
    assert.deepEqual((await journal.streams()).sort(), [...names].sort());
  });

  check('reads from a sequence, and nothing from an unknown stream', async (journal) => {
    await journal.append('a', [event(1), event(2), event(3)]);
    assert.deepEqual(await numbers(journal, 'a', { from: 2 }), [2, 3]);
    assert.deepEqual(await numbers(journal, 'nothing'), []);
    assert.equal(await journal.latest('nothing'), undefined);
  });

  check('refuses an append that expects another last sequence', async (journal) => {
    assert.equal(await journal.append('a', [event(1)], { expectedSequence: 0 }), 1);
    await assert.rejects(journal.append('a', [event(2)], { expectedSequence: 0 }), { code: 'JOURNAL_CONFLICT' });
    assert.equal(await journal.append('a', [event(2)], { expectedSequence: 1 }), 2);
    assert.deepEqual(await numbers(journal), [1, 2]);
  });

  check('keeps the newest snapshots and finds the one before a sequence', async (journal) => {
    for (let number = 1; number <= 3; number++) {
      await journal.append('a', [event(number)]);
      assert.equal(await journal.snapshot('a', { number }), number);
    }
    assert.deepEqual(pick(await journal.latest('a')), { sequence: 3, state: { number: 3 } });
    assert.deepEqual(pick(await journal.latest('a', 2)), { sequence: 2, state: { number: 2 } });
    assert.equal(await journal.latest('a', 0), undefined);
  });

  check('copies a snapshot before the call returns', async (journal) => {
    await journal.append('a', [event(1)]);
    const state = { value: 1 };
    const taken = journal.snapshot('a', state);
    state.value = 2;
    await taken;
    assert.deepEqual((await journal.latest('a'))?.state, { value: 1 });
  });

  check('undoes events by a rollback and keeps them for the audit trail', async (journal) => {
    await journal.append('a', [event(1), event(2)]);
    await journal.snapshot('a', { number: 2 });
    await journal.append('a', [event(3), event(4)]);
    await journal.snapshot('a', { number: 4 });
    await journal.rollback('a', 2);
    assert.deepEqual(await numbers(journal), [1, 2]);
    assert.equal((await journal.latest('a'))?.sequence, 2);
    assert.equal(await journal.append('a', [event(5)]), 6);
    assert.deepEqual(await numbers(journal), [1, 2, 5]);
    const trail = await collect(journal.read('a', { includeUndone: true }));
    assert.deepEqual(
      trail.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5, 6],
    );
    assert.equal(trail[4]?.type, 'journal.rollback');
  });
}

function event(number: number): JournalEvent {
  return { type: 'test', at: number, run: 'run', data: { number, text: 'line\nfeed ü 😀' } };
}

async function numbers(
  journal: Journal,
  stream = 'a',
  options: { readonly from?: number } = {},
): Promise<(number | undefined)[]> {
  const events = await collect(journal.read(stream, options));
  return events.map(({ data }) => (data as { number?: number }).number);
}

async function collect(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

function pick(snapshot: { sequence: number; state: unknown } | undefined): unknown {
  return snapshot && { sequence: snapshot.sequence, state: snapshot.state };
}
