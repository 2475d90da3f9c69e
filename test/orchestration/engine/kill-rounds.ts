import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openFileJournal } from 'hrm-rex/orchestration';

const child = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

/** What some kills showed. */
export interface KillReport {
  readonly kills: number;
  /** Runs that were finished, over all kills. */
  readonly runs: number;
  /** Executions that were repeated since they were under way. */
  readonly repeated: number;
}

/** Kills a process that runs a graph, again and again at random moments, until it has died `kills` times. */
export async function killRounds(kills: number): Promise<KillReport> {
  const report = { kills: 0, runs: 0, repeated: 0 };
  while (report.kills < kills) {
    const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-kill-'));
    try {
      await killUntilDone(directory, kills, report);
      report.runs += 1;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return report;
}

async function killUntilDone(
  directory: string,
  kills: number,
  report: { kills: number; repeated: number },
): Promise<void> {
  const journal = join(directory, 'journal');
  const effects = join(directory, 'effects');
  for (let doneBefore = new Set<string>(); ; ) {
    const from = lines(effects).length;
    const output = await runOnce([journal, effects], report.kills < kills ? Math.random() * 150 : undefined);
    const begun = lines(effects)
      .slice(from)
      .flatMap((line) => (line.startsWith('begin ') ? [line.slice(6)] : []));
    for (const node of begun) assert.ok(!doneBefore.has(node), `${node} was done and was executed again`);
    const doneNow = await doneNodes(journal);
    for (const node of doneBefore) assert.ok(doneNow.has(node), `${node} was done and is lost`);
    doneBefore = doneNow;
    if (output !== undefined) {
      const result = JSON.parse(output) as Record<string, number>;
      assert.equal(Object.keys(result).length, 60);
      for (const [id, value] of Object.entries(result)) assert.equal(value, Number(id.slice(1)) % 5 === 0 ? 3 : 1);
      const steps = lines(effects).filter((line) => line.startsWith('step '));
      report.repeated += steps.length - new Set(steps).size;
      return;
    }
    report.kills += 1;
  }
}

/** The last line of the process, or undefined when it was killed. */
async function runOnce(args: readonly string[], killAfterMs: number | undefined): Promise<string | undefined> {
  const running = spawn(process.execPath, ['--import', 'tsx', child, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let isOpen = false;
  running.stdout.on('data', async (chunk: Buffer) => {
    output += chunk.toString();
    if (isOpen || killAfterMs === undefined) return;
    isOpen = true;
    await delay(killAfterMs);
    running.kill('SIGKILL');
  });
  const [code, signal] = (await once(running, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL' && output.trim().split('\n').length < 2) return undefined;
  assert.ok(code === 0 || signal === 'SIGKILL', `the process ended with ${code}`);
  return output.trim().split('\n').at(-1);
}

async function doneNodes(directory: string): Promise<Set<string>> {
  const found = new Set<string>();
  const expanded = new Set<string>();
  await using journal = await openFileJournal(directory, { readOnly: true });
  for await (const { type, node } of journal.read('run')) {
    // A node that has expanded has executed; its join, logged with a mark, is over when the node is done.
    if (type === 'node.expanded' && node) expanded.add(node);
    if (type === 'node.done' && node) found.add(expanded.has(node) ? `${node}!` : node);
  }
  for (const node of expanded) found.add(node);
  return found;
}

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
}
