import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('an error that nobody caught is shown as it is after wasm has loaded', () => {
  const door = fileURLToPath(new URL('../../src/hrm/index.ts', import.meta.url));
  const script = `
    const { useBackend } = await import(${JSON.stringify(door)});
    process.on('exit', () => console.log(process.listenerCount('uncaughtException')));
    await useBackend('wasm');
    setTimeout(() => { throw new Error('mine'); });`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  assert.equal(stdout.trim(), '0');
  assert.notEqual(status, 0);
  assert.match(stderr, /Error: mine/);
  assert.ok(stderr.length < 5_000, `${stderr.length} characters`);
});
