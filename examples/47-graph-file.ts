// Runs a graph that is written as a file, answers its question in a second process, and reads its report.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const main = join(here, '..', 'src', 'cli', 'main.ts');
const directory = await mkdtemp(join(tmpdir(), 'graph-file-'));

/** What `npx hrm-rex …` does. */
function rex(...args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const program = ['--import', import.meta.resolve('tsx'), main, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: directory, encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}

try {
  await cp(join(here, 'graph-file'), directory, { recursive: true });

  const first = rex('run', 'release.yaml', '--id', 'release');
  console.log(first.text);
  assert.equal(first.code, 3, 'it waits for an answer');
  assert.match(first.text, /ship:1: Ship this version\?/);

  const second = rex('resume', 'release', '--approve', 'ship');
  console.log(second.text);
  assert.equal(second.code, 0, 'it goes on and ends');

  const [listed] = JSON.parse(rex('runs', '--json').text) as { readonly status: string; readonly done: number }[];
  assert.deepEqual([listed?.status, listed?.done], ['done', 7]);

  assert.equal(rex('report', 'release', '--out', 'report.html').code, 0);
  const report = await readFile(join(directory, 'report.html'), 'utf8');
  assert.match(report, /Version 1\.4\.0: 3 tests pass\./);
  console.log(`a run in two processes, and a report of ${Math.round(report.length / 1_000)} kB`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
