import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';

suite('LocalRuntime', { concurrency: 8 }, () => {
  runtimeContract({
    test,
    makeRuntime: () => new LocalRuntime(),
    capabilities: { permissions: process.getuid?.() !== 0, python: hasPython() },
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
