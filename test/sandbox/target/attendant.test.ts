import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { randomId } from '../../../src/core/ids.ts';
import { endTree, treeVariable } from '../../../src/sandbox/process/end-tree.ts';
import { Attendant } from '../../../src/sandbox/target/attendant.ts';
import { FarProcesses, parseView } from '../../../src/sandbox/target/far-processes.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { LocalTarget } from './local-target.ts';

function makeAttendant(farewell: 'end' | 'keep' = 'end', patienceMs = 15_000) {
  const prefix = `${randomId()}.`;
  const target = new LocalTarget();
  return { prefix, target, attendant: new Attendant(target, { prefix, farewell, patienceMs }) };
}

test('answers in order, on one stream, with every byte', async () => {
  const { target, attendant } = makeAttendant();
  const bodies = Array.from(
    { length: 50 },
    (_, index) => `printf 'a%s\\000\\377\\n\\003\\002' ${index}; (exit ${index})`,
  );
  const replies = await Promise.all(bodies.map((body) => attendant.request(body)));
  for (const [index, { output, status }] of replies.entries()) {
    assert.deepEqual([output.toString('latin1'), status], [`a${index}\0\xff\n\x03\x02`, index]);
  }
  assert.equal(target.opened.length, 1);
  await attendant.close();
  assert.equal(target.live, 0);
});

test('works on through a fresh stream when its shell was killed', async () => {
  const { target, attendant } = makeAttendant();
  const pid = Number((await attendant.request('echo $$')).output);
  process.kill(pid, 'SIGKILL');
  assert.equal((await attendant.request('echo on')).output.toString(), 'on\n');
  assert.equal(target.opened.length, 2);
  await attendant.close();
});

test('gives up when nobody answers, when aborted, and when the target is gone', async () => {
  const { target, attendant } = makeAttendant('end', 100);
  await expectError(attendant.request('cat >/dev/null'), 'OUTCOME_UNKNOWN');
  const controller = new AbortController();
  const asked = attendant.request('cat >/dev/null', controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(asked, /enough/);
  target.vanish('it burnt down');
  const { context } = await expectError(attendant.request('echo'), 'OUTCOME_UNKNOWN');
  assert.equal(context.reason, 'it burnt down');
  await attendant.close();
});

for (const farewell of ['end', 'keep'] as const) {
  test(`has the target ${farewell} what is marked when the link is cut`, async () => {
    const { prefix, target, attendant } = makeAttendant(farewell);
    const mark = `${prefix}1.`;
    await attendant.request(
      `${treeVariable}=${mark} setsid sh -c 'trap "" TERM; sleep 1000; :' >/dev/null 2>&1 </dev/null & :`,
    );
    const find = (patienceMs: number) => leftoverProcesses({ value: mark, patienceMs });
    // It carries the mark from its own exec on.
    while ((await find(0)).length === 0) await delay(5);
    target.cutStreams('cut');
    const left = await find(farewell === 'end' ? 5_000 : 0);
    assert.equal(left.length > 0, farewell === 'keep');
    const far = new FarProcesses(attendant);
    await endTree({ pid: undefined, mark }, { signal: 'SIGKILL' }, far);
    assert.deepEqual(await find(0), []);
    await attendant.close();
  });
}

test('sees processes as they are, whatever they call themselves', async () => {
  const { prefix, attendant } = makeAttendant();
  const far = new FarProcesses(attendant);
  const [view, same] = await Promise.all([far.look(), far.look()]);
  assert.equal(view, same, 'looks that are wanted at once share one');
  const own = view.table.get(process.pid);
  assert.deepEqual([own?.parent, own?.zombie], [process.ppid, false]);
  assert.equal(view.isMarked({ pid: process.pid } as never, prefix), false);
  const fields = '1 7 7 0 -1 4194304 90 0 0 0 0 0 0 0 20 0 1 0 4711 2 3';
  const names = ['sh', 'a b', 'x) R 1 1 1 (y', 'two\nlines', 'fake\n9 (sh) R 1 1'];
  const stat = names.map((name, index) => `${index + 10} (${name}) S ${fields}\n`).join('');
  const { table, isMarked } = parseView(`${stat}\n=\n/proc/12/environ:${treeVariable}=a.1.\0`);
  assert.deepEqual(
    [...table.keys()].filter((pid) => pid >= 10),
    [10, 11, 12, 13, 14],
  );
  assert.deepEqual(
    [...table.values()]
      .filter(({ pid }) => pid < 13)
      .map(({ parent, group, session, startedAt }) => [parent, group, session, startedAt]),
    [
      [1, 7, 7, 4711],
      [1, 7, 7, 4711],
      [1, 7, 7, 4711],
    ],
  );
  assert.deepEqual([isMarked({ pid: 12 } as never, 'a.'), isMarked({ pid: 11 } as never, 'a.')], [true, false]);
  await attendant.close();
});

test('reads the list of a machine without /proc', () => {
  const { table } = parseView('    1     0     1 Ss\n  300     1   300 S+\n  301   300   300 Z\n\n=\n');
  assert.deepEqual([...table.keys()], [1, 300, 301]);
  assert.deepEqual([table.get(301)?.session, table.get(301)?.zombie, table.get(300)?.zombie], [300, true, false]);
});
