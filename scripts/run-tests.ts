// Runs test/**/*.test.ts (or the given files and folders) with node's runner, in a home directory of their own, then fails if a
// test left a process running. Where CI=true, files that failed (three at most) run once more, alone: what passes then is named
// as flaky and does not fail the run.
// Usage: npm test -- [PATH...] [--any-node-test-option=VALUE...]
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessWatch, RUN_MARK } from './leftover-processes.ts';
import { listFiles } from './list-files.ts';
import { makeHome } from './test-home.ts';

const NEEDS_ROOT_OR_ENGINE = /^test\/(docker|isolation|ssh)\//;
/** Node 20 and 22 apply it to a whole file too, Node 24 to each test. */
const TEST_TIMEOUT_MS = 300_000;
const RUN_TIMEOUT_MS = 40 * 60_000;
const LEFTOVER_GRACE_MS = 10_000;
const MOST_RERUN = 3;

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
const outcomes = join(tmpdir(), `hrm-rex-outcomes-${mark}`);
const home = makeHome();
const env = { ...process.env, ...home.env, [RUN_MARK]: mark, HRM_REX_TEST_OUTCOMES: outcomes };
let runner: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner?.kill(signal));

let isClean = true;
let exitCode = await runFiles(files, ['--test-reporter=spec', '--test-concurrency=2']);
const failing = failedFiles();
if (exitCode !== 0 && process.env.CI === 'true' && isClean && failing.length > 0 && failing.length <= MOST_RERUN) {
  console.log(`\nonce more, alone: ${failing.join(', ')}`);
  exitCode = await runFiles(failing, ['--test-reporter=tap', '--test-concurrency=1']);
  if (exitCode === 0) for (const file of failing) console.log(`⚠ flaky: ${file} failed, and passed alone`);
}
rmSync(outcomes, { force: true });
home[Symbol.dispose]();
process.exitCode = isClean ? exitCode : 1;

/** One run of node's runner over these files, and whatever they left ended. */
async function runFiles(paths: readonly string[], runnerOptions: readonly string[]): Promise<number> {
  const preloads = ['--import', 'tsx', '--import', new URL('./test-outcome.mjs', import.meta.url).href];
  const timeout = `--test-timeout=${TEST_TIMEOUT_MS}`;
  const child = spawn(process.execPath, [...preloads, '--test', ...runnerOptions, timeout, ...options, ...paths], {
    stdio: 'inherit',
    env,
  });
  runner = child;
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  const watch = new ProcessWatch(child.pid ?? 0, mark);
  const looking = setInterval(() => watch.look(), 500);
  const overdue = setTimeout(() => {
    console.error(`the test run exceeded ${RUN_TIMEOUT_MS / 60_000} minutes`);
    child.kill('SIGKILL');
  }, RUN_TIMEOUT_MS);
  const code = await ended;
  clearInterval(looking);
  clearTimeout(overdue);
  isClean = (await endLeftovers(watch)) && isClean;
  return code;
}

/** The files that did not say that they passed: also those that were killed. */
function failedFiles(): string[] {
  try {
    const passed = new Set(readFileSync(outcomes, 'utf8').split('\n'));
    return files.filter((file) => !passed.has(file));
  } catch {
    return files;
  }
}

function testsUnder(path: string): string[] {
  const folder = path.replace(/\/$/, '');
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) return [folder];
  return listFiles(folder, /\.test\.ts$/).filter((file) => !file.startsWith('test/fixtures/'));
}

/** Waits for what is just ending, then reports and ends the rest. */
async function endLeftovers(watch: ProcessWatch): Promise<boolean> {
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
