import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { checkLimits, describeLimit, type SandboxLimits } from '../../../src/sandbox/deployment/bubblewrap/limits.ts';

test('limits under which nothing could start are refused by name', () => {
  const wrong: readonly SandboxLimits[] = [
    { memoryBytes: 1024 },
    { memoryBytes: Number.NaN },
    { processes: 2 },
    { processes: 20.5 },
    { cpus: 0 },
    { cpuSeconds: 1.5 },
    { fileSizeBytes: -1 },
  ];
  for (const limits of wrong) {
    const [name] = Object.keys(limits);
    assert.throws(
      () => checkLimits(limits),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === `limits.${name}`,
    );
  }
});

test('usual limits are taken', () => {
  checkLimits({});
  checkLimits({ memoryBytes: 256 * 2 ** 20, processes: 64, cpus: 0.5, cpuSeconds: 10, fileSizeBytes: 2 ** 20 });
});

test('a limit that was reached is told in words and round units', () => {
  const limits = { memoryBytes: 256 * 2 ** 20, processes: 64, cpus: 2, cpuSeconds: 3, fileSizeBytes: 1536 };
  assert.equal(describeLimit('memoryBytes', limits), 'memory limit of 256 MiB reached');
  assert.equal(describeLimit('memoryBytes', { memoryBytes: 1.5 * 2 ** 30 }), 'memory limit of 1.5 GiB reached');
  assert.equal(describeLimit('processes', limits), 'process limit of 64 reached');
  assert.equal(describeLimit('cpuSeconds', limits), 'CPU time limit of 3 s reached');
  assert.equal(describeLimit('fileSizeBytes', limits), 'file size limit of 1.5 KiB reached');
  assert.equal(describeLimit('fileSizeBytes', { fileSizeBytes: 512 }), 'file size limit of 512 bytes reached');
});
