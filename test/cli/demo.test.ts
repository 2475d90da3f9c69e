import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'demo', '--state', join(temporary, 'state')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

test('the main job is done, though its process is killed once, and leaves its report and nothing else', async () => {
  const { child, text, temporary } = await start();
  const [code] = await once(child, 'close');
  assert.equal(code, 0, text());
  assert.match(text(), /6 of 6 projects pass every check|skipped \(not true: /);
  assert.match(text(), /python: Revert \w+ \(Take the tax from the price before the discount\), found by bisection/);
  assert.match(text(), /shell: Remove space at line ends in bin\/release\.sh/);
  const atOnce = Number(
    /(\d+) at once; shell test checker failed and recovered; the push was approved/.exec(text())?.[1],
  );
  assert.equal(atOnce >= 30, true, text());
  const [, kept] =
    /killed once: (\d+) jobs were kept, \d+ ran again, 0 were lost, 0 were done twice/.exec(text()) ?? [];
  assert.equal(Number(kept) >= 12, true, text());
  const [run = ''] = await readdir(join(temporary, 'state', 'runs'));
  const report = await readFile(join(temporary, 'state', 'runs', run, 'report.html'), 'utf8');
  assert.match(report, /stopped and resumed/);
  await assertClean(temporary);
});

test('a demonstration that is interrupted leaves nothing', async () => {
  const { child, text, temporary } = await start();
  while (!text().includes('✔')) await once(child.stdout as NodeJS.EventEmitter, 'data');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.notEqual(code, 0);
  assert.deepEqual(await readdir(join(temporary, 'state', 'runs')), []);
  await assertClean(temporary);
});
