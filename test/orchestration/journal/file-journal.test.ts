import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Journal, type JournalEvent, type LogStorage, openFileJournal } from 'hrm-rex/orchestration';

const event = (number: number): JournalEvent => ({ type: 'test', at: number, data: { number, text: 'ü\n😀' } });

async function makeDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-journal-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function numbers(journal: Journal, stream = 'run'): Promise<number[]> {
  const found: number[] = [];
  for await (const { data } of journal.read(stream)) found.push((data as { number: number }).number);
  return found;
}

async function filled(directory: string, groups: number): Promise<void> {
  await using journal = await openFileJournal(directory);
  for (let number = 1; number <= groups; number++) await journal.append('run', [event(number)]);
}

test('a log that is cut at any byte gives its whole groups and goes on', async (t) => {
  const directory = await makeDirectory(t);
  await filled(directory, 3);
  const path = join(directory, 'run.log');
  const whole = await readFile(path);
  const ends = [...whole.toString('latin1').matchAll(/\n#/g)].map(({ index }) => index + 1).concat(whole.length);
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    await using journal = await openFileJournal(directory);
    const kept = ends.filter((end) => end <= length).length;
    assert.deepEqual(await numbers(journal), [1, 2, 3].slice(0, kept), `cut at ${length}`);
    assert.equal(await journal.append('run', [event(9)]), kept + 1);
    assert.deepEqual(await numbers(journal), [...[1, 2, 3].slice(0, kept), 9]);
  }
});

test('what was cut off is kept beside the log', async (t) => {
  const directory = await makeDirectory(t);
  await filled(directory, 2);
  await appendFile(join(directory, 'run.log'), '#0badc0de 12');
  await using journal = await openFileJournal(directory);
  assert.deepEqual(await numbers(journal), [1, 2]);
  const torn = (await readdir(directory)).find((name) => name.includes('.torn-')) ?? assert.fail('nothing kept');
  assert.equal(await readFile(join(directory, torn), 'utf8'), '#0badc0de 12');
});

test('pages that never reached the disk are a torn tail, not a corruption', async (t) => {
  const directory = await makeDirectory(t);
  await filled(directory, 3);
  const path = join(directory, 'run.log');
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0, bytes.length - 40));
  await using journal = await openFileJournal(directory);
  assert.deepEqual(await numbers(journal), [1, 2]);
});

test('a changed byte is refused with its place, and nothing is touched', async (t) => {
  const directory = await makeDirectory(t);
  await filled(directory, 4);
  const path = join(directory, 'run.log');
  const whole = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ change;
      await writeFile(path, bytes);
      await using journal = await openFileJournal(directory);
      const found = await numbers(journal).catch((error: { code: string; context: { offset: number } }) => {
        assert.equal(error.code, 'JOURNAL_CORRUPT');
        assert.ok(error.context.offset <= at);
        return undefined;
      });
      if (found) {
        // Only what can be told from an unfinished write is cut: the end of the last group, as zeros or without its feed.
        assert.deepEqual(found, [1, 2, 3]);
      } else {
        assert.deepEqual(await readFile(path), bytes);
      }
    }),
    { numRuns: 150 },
  );
});

test('a log that is shorter than its snapshot is refused', async (t) => {
  const directory = await makeDirectory(t);
  await filled(directory, 2);
  {
    await using journal = await openFileJournal(directory);
    await journal.snapshot('run', { count: 2 });
  }
  await truncate(join(directory, 'run.log'), 0);
  await using journal = await openFileJournal(directory);
  await assert.rejects(numbers(journal), { code: 'JOURNAL_CORRUPT' });
});

test('events appended together share one sync, and each caller waits for it', async (t) => {
  const directory = await makeDirectory(t);
  const written: number[] = [];
  let syncs = 0;
  const storage: LogStorage = {
    write: async (bytes) => void written.push(bytes.length),
    sync: async () => {
      syncs += 1;
    },
    truncate: async () => {},
    close: async () => {},
  };
  await writeFile(join(directory, 'run.log'), '');
  await using journal = await openFileJournal(directory, { openStorage: async () => storage });
  const sequences = await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append('run', [event(index)])));
  assert.deepEqual(
    sequences,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  assert.ok(syncs <= 3, `${syncs} syncs`);
});

test('a full disk is a typed error, and everything acknowledged is there afterwards', async (t) => {
  const directory = await makeDirectory(t);
  const path = join(directory, 'run.log');
  await writeFile(path, '');
  const room = 700;
  const openStorage = async (): Promise<LogStorage> => ({
    write: async (bytes, position) => {
      const fits = Math.max(0, room - position);
      const file = (await readFile(path)).subarray(0, position);
      await writeFile(path, Buffer.concat([file, bytes.subarray(0, fits)]));
      if (fits < bytes.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
    sync: async () => {},
    truncate: async (length) => truncate(path, length),
    close: async () => {},
  });
  const acknowledged: number[] = [];
  {
    await using journal = await openFileJournal(directory, { openStorage });
    const fill = async (): Promise<void> => {
      for (let number = 1; ; number++) {
        await journal.append('run', [event(number)]);
        acknowledged.push(number);
      }
    };
    await assert.rejects(fill(), { code: 'JOURNAL_WRITE_FAILED' });
    await assert.rejects(journal.append('run', [event(99)]), { code: 'JOURNAL_WRITE_FAILED' });
    assert.deepEqual(await numbers(journal), acknowledged);
  }
  assert.ok(acknowledged.length > 2);
  await using journal = await openFileJournal(directory);
  assert.deepEqual(await numbers(journal), acknowledged);
});

test('one process writes, others may read', async (t) => {
  const directory = await makeDirectory(t);
  const writer = await openFileJournal(directory);
  await writer.append('run', [event(1)]);
  await assert.rejects(openFileJournal(directory), { code: 'JOURNAL_LOCKED' });
  await using reader = await openFileJournal(directory, { readOnly: true });
  assert.deepEqual(await numbers(reader), [1]);
  await writer.append('run', [event(2)]);
  assert.deepEqual(await numbers(reader), [1, 2]);
  await assert.rejects(reader.append('run', [event(3)]), { code: 'UNSUPPORTED' });
  await writer.close();
  await using next = await openFileJournal(directory);
  assert.equal(await next.append('run', [event(3)]), 3);
});

test('the lock of a dead process, and of one whose number is used again, holds nothing', async (t) => {
  const directory = await makeDirectory(t);
  await (await openFileJournal(directory)).close();
  const [lock] = (await readdir(directory)).filter((name) => name.startsWith('lock.'));
  const probe = await openFileJournal(directory);
  const held = (await readdir(directory)).find((name) => name.startsWith('lock.') && name !== lock) ?? assert.fail();
  const own = JSON.parse(await readFile(join(directory, held), 'utf8')) as { startedAt: string };
  await probe.close();
  for (const holder of [
    { ...own, pid: 2 ** 22 + 1 },
    { ...own, startedAt: '1' },
  ]) {
    const highest = Math.max(...(await readdir(directory)).map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0)));
    await writeFile(join(directory, `lock.${highest + 1}`), JSON.stringify(holder));
    await using journal = await openFileJournal(directory);
    assert.equal((await journal.streams()).length, 0);
  }
});

test('of many that open at once exactly one gets the lock', async (t) => {
  const directory = await makeDirectory(t);
  for (let round = 0; round < 5; round++) {
    const opened = await Promise.allSettled(Array.from({ length: 8 }, () => openFileJournal(directory)));
    const got = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(got.length, 1);
    for (const journal of got) await journal.close();
  }
});
