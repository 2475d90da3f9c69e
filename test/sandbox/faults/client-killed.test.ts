import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomId } from '../../../src/core/ids.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { assertNothingLeft, markVariable } from './marked-runtime.ts';

const program = fileURLToPath(new URL('./client-program.ts', import.meta.url));

/** Starts the client, waits until all of its processes run, and ends it. */
async function startAndEnd(way: string, signal?: NodeJS.Signals): Promise<string> {
  const mark = randomId();
  const client = spawn(process.execPath, ['--import', 'tsx', program, way], {
    env: { ...process.env, [markVariable]: mark },
    stdio: ['ignore', 'pipe', signal ? 'inherit' : 'ignore'],
  });
  const exited = once(client, 'exit');
  const [ready] = await Promise.race([once(client.stdout, 'data'), exited]);
  assert.equal(String(ready), 'ready\n');
  if (signal) {
    assert.ok((await leftoverProcesses({ variable: markVariable, value: mark })).length > 10, 'everything runs');
    client.kill(signal);
  }
  await exited;
  return mark;
}

suite('a client that ends without closing leaves no process', { skip: process.platform !== 'linux' }, () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`by ${signal}`, async () => {
      await assertNothingLeft(await startAndEnd('wait', signal), 10_000);
    });
  }

  for (const way of ['exit', 'throw', 'abort']) {
    test(`by ${way}`, async () => {
      await assertNothingLeft(await startAndEnd(way), 10_000);
    });
  }
});
