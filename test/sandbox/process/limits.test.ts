import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalRuntime } from '../../../src/sandbox/index.ts';
import { armLimits } from '../../../src/sandbox/process/limits.ts';

/** Keeps the event loop from doing anything. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('what a command printed while the event loop stood still is read before it counts as silent', async () => {
  await using runtime = new LocalRuntime();
  const script = 'echo begun; for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done';
  const command = await runtime.spawn(script, { idleTimeoutMs: 400 });
  await command.waitFor('begun\n');
  standStill(900);
  const result = await command.result();
  assert.equal(result.stdout, 'begun\n1\n2\n3\n4\n5\n6\n');
  const quiet = await runtime.spawn('sleep 0.1; echo first', { idleTimeoutMs: 400 });
  standStill(900);
  assert.equal((await quiet.result()).stdout, 'first\n');
});

test('a command that ended in time while the event loop stood still has not outlived its time', async () => {
  await using runtime = new LocalRuntime();
  const command = await runtime.spawn('echo begun; sleep 0.1; echo done', { timeoutMs: 400 });
  await command.waitFor('begun\n');
  standStill(800);
  assert.equal((await command.result()).stdout, 'begun\ndone\n');
  const endless = await runtime.spawn('echo begun; sleep 1000', { timeoutMs: 200 });
  await endless.waitFor('begun\n');
  standStill(400);
  await assert.rejects(endless.result(), { code: 'COMMAND_TIMEOUT' });
});

test('a command that stays silent is ended, however often the event loop stands still', async () => {
  let reason: string | undefined;
  using _limits = armLimits({ idleTimeoutMs: 200 }, (limit) => {
    reason = limit;
  });
  for (let round = 0; round < 40 && reason === undefined; round++) {
    await sleep(1);
    standStill(50);
  }
  assert.equal(reason, 'idle');
});
