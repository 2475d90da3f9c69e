import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { randomId } from '../../../src/core/ids.ts';
import { endTree, treeMembers, treeVariable } from '../../../src/sandbox/process/end-tree.ts';

const linux = process.platform === 'linux';

/** Starts a script as leader of its own process session and waits until it says that it is ready. */
async function plant(script: string, mark: string): Promise<number> {
  const child = spawn('bash', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, [treeVariable]: mark },
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  return child.pid as number;
}

for (const [title, script] of [
  ['a process that ignores SIGTERM', "trap '' TERM; echo ready; while :; do sleep 0.1; done"],
  ['children in their own process session', 'setsid sleep 60 & setsid -f sleep 60; sleep 60 & echo ready; wait'],
  ['a child of a parent that has ended', '(nohup sleep 60 & ); echo ready; sleep 60'],
  ['a stopped process', 'sleep 60 & kill -STOP $!; echo ready; wait'],
  ['a child with an empty environment in the same session', 'env -i sleep 60 & echo ready; wait'],
] as const) {
  test(`ends ${title}`, { skip: !linux }, async () => {
    const mark = `test.${randomId()}.`;
    const pid = await plant(script, mark);
    assert.ok(treeMembers({ pid, mark }).length >= 1);
    await endTree({ pid, mark }, { graceMs: 50 });
    assert.deepEqual(treeMembers({ pid, mark }), []);
  });
}

test('a prefix of the mark ends several trees, and no other', { skip: !linux }, async () => {
  const prefix = `test.${randomId()}.`;
  const other = `test.${randomId()}.`;
  // The shells stay what they are: a process in the middle of becoming another program shows no mark.
  const script = 'sleep 60 & echo ready; wait';
  await plant(script, `${prefix}1.`);
  await plant(script, `${prefix}2.`);
  const spared = await plant(script, `${other}1.`);
  assert.equal(treeMembers({ pid: undefined, mark: prefix }).length >= 2, true);
  await endTree({ pid: undefined, mark: prefix }, { signal: 'SIGKILL' });
  assert.deepEqual(treeMembers({ pid: undefined, mark: prefix }), []);
  assert.ok(treeMembers({ pid: spared, mark: other }).includes(spared));
  await endTree({ pid: spared, mark: other }, { signal: 'SIGKILL' });
});
