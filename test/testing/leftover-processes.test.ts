import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { randomId } from '../../src/core/ids.ts';
import { leftoverProcesses } from '../../src/testing/index.ts';

test('leftover processes are found by their environment', { skip: process.platform !== 'linux' }, async () => {
  const value = randomId();
  const child = spawn('sleep', ['1000'], { env: { ...process.env, HRM_REX_CASE: `${value}.1` }, detached: true });
  await once(child, 'spawn');
  const look = { variable: 'HRM_REX_CASE', value };
  assert.deepEqual(await leftoverProcesses(look), [{ pid: child.pid, command: 'sleep 1000' }]);
  assert.deepEqual(await leftoverProcesses({ ...look, value: randomId() }), []);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await leftoverProcesses({ ...look, patienceMs: 1_000 }), []);
});
