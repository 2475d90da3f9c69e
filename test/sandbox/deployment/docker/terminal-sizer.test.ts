import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitingSize } from '../../../../src/sandbox/deployment/docker/stream/terminal-sizer.ts';
import { LocalRuntime } from '../../../../src/sandbox/index.ts';

test('a script waits for the size of its terminal, also for seconds', async () => {
  await using runtime = new LocalRuntime();
  const script = `exec 3<&0
stty rows 0 columns 0
{ sleep 2; stty rows 50 columns 132 <&3; } &
${awaitingSize('stty size; echo "${n-unset}"')}`;
  const { stdout } = await (await runtime.spawn(script, { pty: true })).result();
  assert.equal(stdout, '50 132\r\nunset\r\n');
});
