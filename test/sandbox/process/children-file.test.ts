import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ChildrenFile } from '../../../src/sandbox/process/children-file.ts';

const skip = process.platform !== 'linux' && 'needs /proc';

test('children are told as they come and go, hundreds too', { skip }, async () => {
  const holder = spawn('bash', ['-c', 'for i in {1..700}; do read <&3 & done; echo ready; wait'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const children = new ChildrenFile(holder.pid as number);
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  const found = children.read();
  assert.equal(found.size, 700);
  for (const pid of found) process.kill(pid, 0);
  holder.stdio[3]?.destroy();
  await once(holder, 'exit');
  assert.equal(children.read().size, 0);
  children.close();
});

test('a process that is not there has none, and no file stays open', { skip }, () => {
  const before = readdirSync('/proc/self/fd').length;
  const gone = new ChildrenFile(2 ** 22 + 1);
  assert.deepEqual([...gone.read()], []);
  gone.close();
  const own = new ChildrenFile(process.pid);
  own.close();
  own.close();
  assert.deepEqual([...own.read()], []);
  assert.equal(readdirSync('/proc/self/fd').length, before);
});
