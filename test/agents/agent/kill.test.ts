import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Json } from 'hrm-rex/orchestration';
import { live } from './kill-child.ts';

const program = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

/** Where the process dies, and which steps have to be durable by then although nobody waits for them. */
const deaths: readonly { readonly at: string; readonly kept?: string; readonly where: string }[] = [
  { at: 'boss turn 1', where: 'before anything was answered' },
  { at: 'write run/task#1:1.1', kept: 'call:1.0', where: 'in one of two calls, with the other one answered' },
  { at: 'boss turn 2', where: 'while the model is asked for the next turn' },
  { at: 'measure run/task#1:2.0:1.0', where: 'in a call of a delegated agent' },
  { at: 'helper turn 2', where: 'while the model of a delegated agent is asked' },
  { at: 'boss turn 3', where: 'after a delegated agent has answered' },
];

let unkilled: { readonly conversation: Json; readonly did: readonly string[] };

async function inDirectory<Value>(action: (directory: string) => Promise<Value>): Promise<Value> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-kill-'));
  try {
    return await action(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function liveHere(directory: string): Promise<typeof unkilled> {
  const did: string[] = [];
  const conversation = await live(directory, '', (word, what) => void (word === 'did' && did.push(what)));
  return { conversation, did };
}

/** A process that gets as far as `at`, and is killed there; what it did. */
async function liveAndDie(directory: string, at: string, kept: string | undefined): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, at], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    const isThere = told.includes(`hangs ${at}`) && (kept === undefined || told.includes(`kept ${kept}`));
    if (isThere) child.kill('SIGKILL');
  }
  const [, signal] = await closed;
  assert.equal(signal, 'SIGKILL', told.join('\n'));
  return told.flatMap((line) => (line.startsWith('did ') ? [line.slice('did '.length)] : []));
}

before(async () => {
  unkilled = await inDirectory(liveHere);
});

for (const { at, kept, where } of deaths) {
  test(`an agent whose process is killed goes on with its conversation and does nothing twice: ${where}`, () =>
    inDirectory(async (directory) => {
      const first = await liveAndDie(directory, at, kept);
      const second = await liveHere(directory);
      assert.deepEqual(second.conversation, unkilled.conversation);
      assert.deepEqual([...first, ...second.did].sort(), [...unkilled.did].sort());
      assert.equal(first.includes(at), false);
    }));
}
