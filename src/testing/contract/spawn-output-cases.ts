import assert from 'node:assert/strict';
import { expectError, rejectionOf } from './expect-error.ts';
import { readEvents, textOf } from './read-events.ts';
import type { RuntimeSuite } from './suite.ts';

/** Following a process: cursors, replay, gaps, patterns. */
export function spawnOutputCases(suite: RuntimeSuite): void {
  const test = suite.group('spawn', 'commands');

  test('shows output while the process runs', async ({ runtime }) => {
    const handle = await runtime.spawn(['cat'], { stdin: 'pipe' });
    const events = handle.read()[Symbol.asyncIterator]();
    await handle.write('first\n');
    const first = await events.next();
    assert.equal(textOf([first.value]), 'first\n');
    assert.equal(handle.exit, undefined);
    await handle.closeInput();
    assert.equal((await events.next()).value?.type, 'exit');
    assert.equal((await events.next()).done, true);
  });

  test('ends each reading with the exit', async ({ runtime }) => {
    const handle = await runtime.spawn('echo out; exit 5');
    const events = [];
    for await (const event of handle) events.push(event);
    assert.equal(textOf(events), 'out\n');
    assert.deepEqual(events.at(-1), { type: 'exit', exitCode: 5, signal: null, reason: 'exit' });
  });

  test('numbers the bytes of both streams together, without holes', async ({ runtime }) => {
    const handle = await runtime.spawn('for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; done');
    let cursor = 0;
    for (const event of await readEvents(handle)) {
      if (event.type !== 'output') continue;
      assert.equal(event.cursor, cursor);
      cursor += event.data.length;
    }
    assert.equal(cursor, 96);
  });

  test('says which stream a chunk came from', async ({ runtime }) => {
    const events = await readEvents(await runtime.spawn('echo out; echo err >&2'));
    assert.deepEqual([textOf(events, 'stdout'), textOf(events, 'stderr')], ['out\n', 'err\n']);
  });

  test('shows everything as standard output when merged', async ({ runtime }) => {
    const events = await readEvents(await runtime.spawn('echo out; echo err >&2', { streams: 'merged' }));
    assert.deepEqual([textOf(events, 'stdout'), textOf(events, 'stderr')], ['out\nerr\n', '']);
  });

  test('replays everything to a late reader', async ({ runtime }) => {
    const handle = await runtime.spawn('seq 1 1000');
    await handle.wait();
    const events = await readEvents(handle);
    assert.equal(textOf(events), Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join(''));
    assert.equal(events.at(-1)?.type, 'exit');
  });

  test('starts a reader at any byte', async ({ runtime }) => {
    const handle = await runtime.spawn('printf 0123456789');
    await handle.wait();
    for (const after of [0, 1, 5, 9, 10]) {
      const events = await readEvents(handle, { after });
      assert.equal(textOf(events), '0123456789'.slice(after));
      const [first] = events;
      if (first?.type === 'output') assert.equal(first.cursor, after);
    }
  });

  test('ends a reader that does not follow at what has been printed', async ({ runtime }) => {
    const handle = await runtime.spawn('echo now; exec sleep 1000');
    await handle.waitFor('now\n');
    const events = await readEvents(handle, { follow: false });
    assert.equal(textOf(events), 'now\n');
    assert.equal(events.at(-1)?.type, 'output');
    await handle.kill();
  });

  test('gives each reader its own place', async ({ runtime }) => {
    const handle = await runtime.spawn('seq 1 2000');
    const readers = await Promise.all([readEvents(handle), readEvents(handle, { after: 4 }), readEvents(handle)]);
    const [all, later, again] = readers.map((events) => textOf(events));
    assert.equal(all, again);
    assert.equal(all?.slice(4), later);
  });

  test('shows a gap where output was dropped', async ({ runtime }) => {
    const handle = await runtime.spawn('seq 1 100000', { maxOutputBytes: 1_000 });
    await handle.wait();
    const events = await readEvents(handle);
    const gaps = events.filter((event) => event.type === 'gap');
    const [gap] = gaps;
    assert.equal(gaps.length, 1);
    assert.ok(gap && gap.to - gap.from === 588_895 - 1_000, 'the gap is what is missing');
    assert.equal(Buffer.byteLength(textOf(events)), 1_000);
    const afterGap = events[events.indexOf(gap) + 1];
    assert.ok(afterGap?.type === 'output' && afterGap.cursor === gap.to, 'reading goes on behind the gap');
  });

  test('ends a reading with the reason of its signal', async ({ runtime }) => {
    const handle = await runtime.spawn(['sleep', '1000']);
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = rejectionOf(readEvents(handle, { signal: controller.signal }));
    controller.abort(reason);
    assert.equal(await reading, reason);
    assert.equal(handle.exit, undefined);
    await handle.kill();
  });

  test('goes on when a reader leaves', async ({ runtime }) => {
    const handle = await runtime.spawn(['cat'], { stdin: 'pipe' });
    await handle.write('one\n');
    for await (const event of handle) if (event.type === 'output') break;
    await handle.write('two\n');
    await handle.closeInput();
    assert.equal((await handle.result()).stdout, 'one\ntwo\n');
  });

  test('finds a text in the output and says where it ends', async ({ runtime }) => {
    const handle = await runtime.spawn('printf "name: größe, size"; exec sleep 1000');
    const match = await handle.waitFor('größe,');
    assert.deepEqual([match.text, match.groups], ['größe,', []]);
    assert.equal(match.cursor, Buffer.byteLength('name: größe,'));
    await handle.kill();
  });

  test('finds a RegExp with its groups', async ({ runtime }) => {
    const handle = await runtime.spawn('echo listening on port 8042 of host; exec sleep 1000');
    const match = await handle.waitFor(/port (\d+)(x)? of (\w+)/);
    assert.equal(match.text, 'port 8042 of host');
    assert.deepEqual(match.groups, ['8042', undefined, 'host']);
    await handle.kill();
  });

  test('treats the special characters of a text as they are', async ({ runtime }) => {
    const handle = await runtime.spawn("echo 'a (b) [c] *.$'; exec sleep 1000");
    assert.equal((await handle.waitFor('(b) [c] *.$')).text, '(b) [c] *.$');
    await handle.kill();
  });

  test('searches after a cursor only', async ({ runtime }) => {
    const handle = await runtime.spawn('echo ready 1; echo ready 2; exec sleep 1000');
    const first = await handle.waitFor(/ready (\d)/);
    const second = await handle.waitFor(/ready (\d)/, { after: first.cursor });
    assert.deepEqual([first.groups, second.groups], [['1'], ['2']]);
    await handle.kill();
  });

  test('finds a text that arrives in pieces', async ({ runtime }) => {
    const handle = await runtime.spawn(['cat'], { stdin: 'pipe' });
    const found = handle.waitFor('hello world');
    for (const piece of ['hel', 'lo', ' wor', 'ld!']) await handle.write(piece);
    assert.equal((await found).cursor, 11);
    await handle.kill();
  });

  test('says PATTERN_NOT_FOUND when the process ends without the pattern', async ({ runtime }) => {
    const handle = await runtime.spawn('echo something else');
    const { context } = await expectError(handle.waitFor('the text'), 'PATTERN_NOT_FOUND');
    assert.equal(context.output, 'something else\n');
    assert.match(context.pattern, /the text/);
  });

  test('says WAIT_TIMEOUT when the pattern does not come in time, and goes on', async ({ runtime }) => {
    const handle = await runtime.spawn('echo working; exec sleep 1000');
    await handle.waitFor('working');
    const { context } = await expectError(handle.waitFor('done', { timeoutMs: 30 }), 'WAIT_TIMEOUT');
    assert.deepEqual([context.waitedMs, context.output], [30, 'working\n']);
    assert.equal(handle.exit, undefined);
    await handle.kill();
  });

  test('finds a pattern in what was printed before the call, and after the end', async ({ runtime }) => {
    const handle = await runtime.spawn('echo early');
    await handle.wait();
    assert.equal((await handle.waitFor('early')).text, 'early');
  });
}
