import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalDeployment } from '../../sandbox/deployment/local-deployment.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { Board } from './board.ts';
import { type Job, jobs, type Report, troubled, work } from './jobs.ts';

const shells = 30;
const troubledShells: ReadonlySet<number> = new Set([11, 23]);

/** Thirty shells at once, each doing real work and checking it. Returns the exit code: 0 when all of it was right. */
export async function demo(): Promise<number> {
  console.log(`hrm-rex: ${shells} shells at once on this machine, each with its own directory, variables and job\n`);
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-demo-'));
  const startedAt = performance.now();
  try {
    await using box = await new LocalDeployment().start();
    const board = new Board(
      Array.from({ length: shells }, (_, index) => title(index)),
      process.stdout,
    );
    const agents = Array.from({ length: shells }, (_, index) => runAgent(box.runtime, directory, index, board));
    const results = await Promise.all(agents).finally(() => board[Symbol.dispose]());
    return summarise(results, (performance.now() - startedAt) / 1000);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Result {
  readonly commands: number;
  readonly seconds: number;
  readonly error: string | undefined;
}

async function runAgent(runtime: Runtime, root: string, index: number, board: Board): Promise<Result> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const report: Report = ({ done, of, note }) => board.update(index, 'working', note ?? `${done}/${of}`);
  const directory = join(root, `${index + 1}`);
  try {
    report({ done: 0, of: 1, note: 'starts' });
    await mkdir(directory);
    const commands = await doJob(runtime, directory, index, report);
    board.update(index, 'done', `${seconds().toFixed(1)} s`);
    return { commands, seconds: seconds(), error: undefined };
  } catch (error) {
    board.update(index, 'failed', 'failed');
    return {
      commands: 0,
      seconds: seconds(),
      error: `shell ${index + 1} (${title(index)}): ${(error as Error).message}`,
    };
  }
}

async function doJob(runtime: Runtime, directory: string, index: number, report: Report): Promise<number> {
  const name = `agent-${index + 1}`;
  if (troubledShells.has(index)) return await troubled(runtime, name, directory, report);
  await using session = await runtime.createSession({ session: name, cwd: directory, loadRc: false });
  return await work(session, job(index), index + 1, report);
}

function summarise(results: readonly Result[], wallSeconds: number): number {
  const failed = results.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const commands = results.reduce((sum, result) => sum + result.commands, 0);
  const together = results.reduce((sum, result) => sum + result.seconds, 0);
  console.log(
    `\n${results.length - failed.length} of ${results.length} jobs right: ${commands} commands in ${wallSeconds.toFixed(1)} s` +
      ` (the shells together: ${together.toFixed(1)} s); two shells recovered from a hang and an exit`,
  );
  for (const error of failed) console.error(`✖ ${error}`);
  return failed.length === 0 ? 0 : 1;
}

function title(index: number): string {
  return troubledShells.has(index) ? 'hangs, then exits' : job(index).title;
}

function job(index: number): Job {
  return jobs[index % jobs.length] as Job;
}
