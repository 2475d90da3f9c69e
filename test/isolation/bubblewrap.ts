import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { LocalDeployment, type LocalDeploymentOptions } from '../../src/sandbox/deployment/local-deployment.ts';
import type { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';

/** Whether tests of isolation can run here; says once why not. */
export const hasBubblewrap: boolean = canRun('bwrap');

/** Whether this process is root, which alone can change users and make control groups everywhere. */
export const isRoot: boolean = process.geteuid?.() === 0;

/** Registers a test that needs bubblewrap. */
export function isolated(name: string, run: (t: TestContext) => Promise<void>): void {
  if (hasBubblewrap) test(name, run);
}

/** Registers a test that needs bubblewrap and root. */
export function isolatedAsRoot(name: string, run: (t: TestContext) => Promise<void>): void {
  if (hasBubblewrap) test(name, { skip: isRoot ? false : 'needs root' }, run);
}

/** Starts a sandbox that the test stops at its end. */
export async function startSandbox(t: TestContext, options: LocalDeploymentOptions = {}): Promise<LocalRuntime> {
  const deployment = new LocalDeployment({ isolation: 'bubblewrap', ...options });
  t.after(() => deployment.stop());
  return (await deployment.start()).runtime;
}

/** Processes of this machine whose command line holds a text, zombies left out. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => readProc(pid, 'cmdline').includes(text) && !/^\d+ \(.*\) [ZX]/s.test(readProc(pid, 'stat')));
}

/** Waits until a condition holds; looks again and again. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`skipped: ${program} is not installed (apt-get install bubblewrap)`);
    return false;
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
