// Runs every examples/*.ts (or those whose name contains an argument), one line each; fails if one exits non-zero or hangs.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { listFiles } from './list-files.ts';

const TIMEOUT_MS = 120_000;

interface ExampleResult {
  readonly exitCode: number | string;
  readonly output: string;
}

const wanted = process.argv.slice(2);
const examples = listFiles('examples', /^examples\/[^/]+\.ts$/).filter(
  (path) => wanted.length === 0 || wanted.some((part) => basename(path).includes(part)),
);
let failed = 0;
for (const path of examples) {
  const startedAt = performance.now();
  const { exitCode, output } = await runExample(path);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  const name = basename(path, '.ts');
  if (exitCode === 0) {
    console.log(`✔ ${seconds} s  ${name}`);
  } else {
    failed += 1;
    console.log(`✖ ${seconds} s  ${name} (${exitCode})\n${output.trimEnd().split('\n').slice(-30).join('\n')}`);
  }
}
console.log(`examples: ${examples.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0;

function runExample(path: string): Promise<ExampleResult> {
  // Its own process group, so that a hanging example is ended together with what it started.
  const child = spawn(process.execPath, ['--import', 'tsx', path], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let timedOut = false;
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const overdue = setTimeout(() => {
    timedOut = true;
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  }, TIMEOUT_MS);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(overdue);
      child.stdout.destroy();
      child.stderr.destroy();
      const exitCode = timedOut ? `no end within ${TIMEOUT_MS / 1000} s` : (code ?? signal ?? 'unknown');
      resolve({ exitCode, output });
    });
  });
}
