import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leftoverProcesses } from '../../src/testing/leftover-processes.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const variable = 'HRM_REX_DEMO_TEST';

/** The demonstration in a directory for temporary files of its own. */
async function start(): Promise<{ child: ReturnType<typeof spawn>; text(): string; temporary: string }> {
  const temporary = await mkdtemp(join(tmpdir(), 'hrm-rex-test-'));
  const env = { ...process.env, TMPDIR: temporary, [variable]: temporary };
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, text: () => text, temporary };
}

async function assertClean(temporary: string): Promise<void> {
  assert.deepEqual(await leftoverProcesses({ variable, value: temporary, patienceMs: 10_000 }), []);
  const left = (await readdir(temporary)).filter((name) => name.startsWith('hrm-rex'));
  assert.deepEqual(left, []);
  await rm(temporary, { recursive: true, force: true });
}

test('the demonstration does all of its work, though it is killed once, and leaves nothing', async () => {
  const { child, text, temporary } = await start();
  const [code] = await once(child, 'close');
  assert.equal(code, 0, text());
  assert.match(text(), /30 of 30 jobs right: \d+ commands/);
  assert.match(text(), /killed once: (1[2-9]|2\d) jobs were kept, \d+ ran again, 0 were lost, 0 were done twice/);
  await assertClean(temporary);
});

test('a demonstration that is interrupted leaves nothing', async () => {
  const { child, text, temporary } = await start();
  while (!text().includes('✔')) await once(child.stdout as NodeJS.EventEmitter, 'data');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.notEqual(code, 0);
  await assertClean(temporary);
});
