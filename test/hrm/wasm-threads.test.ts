import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RexError } from '../../src/core/errors.ts';
import { chooseThreads } from '../../src/hrm/backend/wasm-threads.ts';

const program = fileURLToPath(new URL('./wasm-threads-program.ts', import.meta.url));

/** What the program prints: a line of JSON. It has to end by itself. */
async function run(threads: string, env: NodeJS.ProcessEnv = {}): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, threads], {
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('threads of wasm', () => {
  test('two threads compute what one computes, to the bit, and their process ends', async () => {
    const [one, two] = [await run('1'), await run('2')];
    assert.equal(one.device, 'WebAssembly SIMD');
    assert.equal(two.device, 'WebAssembly SIMD, 2 threads');
    assert.equal(typeof one.digest, 'string');
    assert.equal(two.digest, one.digest);
    assert.deepEqual(two.processors, one.processors, 'the processors are told as before');
    assert.equal(two.isWorkerNodes, true, 'the workers of others are those of Node');
    assert.match(
      String(two.again),
      /^WebAssembly SIMD, 2 threads$/,
      'whoever asks for wasm later takes the one that runs',
    );
    assert.equal(two.other, 'BACKEND_FAILED', 'another number of threads is refused');
  });

  test('the environment variable chooses them too', async () => {
    assert.equal((await run('', { HRM_REX_WASM_THREADS: '3' })).device, 'WebAssembly SIMD, 3 threads');
  });

  test('other numbers are refused', () => {
    assert.equal(chooseThreads(8), 8);
    for (const threads of [0, -1, 1.5, 9, Number.NaN]) {
      assert.throws(
        () => chooseThreads(threads),
        (error) => error instanceof RexError && error.code === 'INVALID_ARGUMENT',
      );
    }
  });
});
