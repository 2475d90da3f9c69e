// Runs test/**/*.test.ts (or the given files and folders) with node's runner, in a home directory of their own, then fails if a
// test left a process running.
// Usage: npm test -- [PATH...] [--any-node-test-option=VALUE...]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessWatch, RUN_MARK } from './leftover-processes.ts';
import { listFiles } from './list-files.ts';
import { makeHome } from './test-home.ts';

const NEEDS_ROOT_OR_ENGINE = /^test\/(docker|isolation|ssh)\//;
/** Node 20 and 22 apply it to a whole file too, Node 24 to each test. */
const TEST_TIMEOUT_MS = 300_000;
const RUN_TIMEOUT_MS = 40 * 60_000;
const LEFTOVER_GRACE_MS = 10_000;

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('-'));
const paths = args.filter((arg) => !arg.startsWith('-'));
const files =
  paths.length > 0 ? paths.flatMap(testsUnder) : testsUnder('test').filter((file) => !NEEDS_ROOT_OR_ENGINE.test(file));
if (files.length === 0) {
  console.error(`no test files under ${paths.join(', ') || 'test'}`);
  process.exit(1);
}

const mark = randomUUID();
const home = makeHome();
const runner = spawn(
  process.execPath,
  [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=2'],
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...options,
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, ...home.env, [RUN_MARK]: mark } },
);
const ended = new Promise<number>((resolve) => runner.on('exit', (code) => resolve(code ?? 1)));
const watch = new ProcessWatch(runner.pid ?? 0, mark);
const looking = setInterval(() => watch.look(), 500);
const overdue = setTimeout(() => {
  console.error(`the test run exceeded ${RUN_TIMEOUT_MS / 60_000} minutes`);
  runner.kill('SIGKILL');
}, RUN_TIMEOUT_MS);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));

const exitCode = await ended;
clearInterval(looking);
clearTimeout(overdue);
const isClean = await endLeftovers();
home[Symbol.dispose]();
process.exitCode = isClean ? exitCode : 1;

function testsUnder(path: string): string[] {
  const folder = path.replace(/\/$/, '');
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) return [folder];
  return listFiles(folder, /\.test\.ts$/).filter((file) => !file.startsWith('test/fixtures/'));
}

/** Waits for what is just ending, then reports and ends the rest. */
async function endLeftovers(): Promise<boolean> {
  const deadline = Date.now() + LEFTOVER_GRACE_MS;
  while (watch.leftovers().length > 0 && Date.now() < deadline) await sleep(100);
  const left = watch.leftovers();
  for (const { pid, command } of left) {
    console.error(`✖ a test left process ${pid} running: ${command.slice(0, 200)}`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended on its own in the meantime.
    }
  }
  return left.length === 0;
}
