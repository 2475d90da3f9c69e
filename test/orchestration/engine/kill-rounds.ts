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
import { randomId } from '../../../src/core/ids.ts';
import { assertNothingLeft, markVariable } from '../../sandbox/faults/marked-runtime.ts';

/** A program whose process is killed, again and again. */
export interface Victim {
  /** Its file; it gets the journal's directory and the file of effects as arguments. */
  readonly program: string;
  /** Longest life of a process after it has opened the journal. */
  readonly longestMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Checks the output of the finished run. */
  verify(result: Readonly<Record<string, number>>): void;
  /** Checks what a killed process has left. */
  afterDeath?(): Promise<void>;
}

/** A graph of plain functions. */
export const functions: Victim = {
  program: fileURLToPath(new URL('./kill-child.ts', import.meta.url)),
  longestMs: 150,
  verify: (result) => {
    assert.equal(Object.keys(result).length, 60);
    for (const [id, value] of Object.entries(result)) assert.equal(value, Number(id.slice(1)) % 5 === 0 ? 3 : 1);
  },
};

const shellMark = randomId();

/** A graph whose nodes run shells; no process of theirs outlives the one that is killed. */
export const shells: Victim = {
  program: fileURLToPath(new URL('./kill-shells-child.ts', import.meta.url)),
  longestMs: 900,
  env: { [markVariable]: shellMark },
  verify: (result) => {
    assert.equal(Object.keys(result).length, 24);
    for (const [id, value] of Object.entries(result)) assert.equal(value, Number(id.slice(1)) * 2);
  },
  afterDeath: () => assertNothingLeft(shellMark, 10_000),
};

/** What some kills showed. */
export interface KillReport {
  readonly kills: number;
  /** Runs that were finished, over all kills. */
  readonly runs: number;
  /** Executions that were repeated since they were under way. */
  readonly repeated: number;
}

/** Kills a process that runs a graph, again and again at random moments, until it has died `kills` times. */
export async function killRounds(kills: number, victim: Victim = functions): Promise<KillReport> {
  const report = { kills: 0, runs: 0, repeated: 0 };
  while (report.kills < kills) {
    const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-kill-'));
    try {
      await killUntilDone(directory, victim, kills, report);
      report.runs += 1;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return report;
}

async function killUntilDone(
  directory: string,
  victim: Victim,
  kills: number,
  report: { kills: number; repeated: number },
): Promise<void> {
  const journal = join(directory, 'journal');
  const effects = join(directory, 'effects');
  for (let doneBefore = new Set<string>(); ; ) {
    const from = lines(effects).length;
    const killAfterMs = report.kills < kills ? Math.random() * victim.longestMs : undefined;
    const output = await runOnce(victim, [journal, effects], killAfterMs);
    await victim.afterDeath?.();
    const begun = lines(effects)
      .slice(from)
      .flatMap((line) => (line.startsWith('begin ') ? [line.slice(6)] : []));
    for (const node of begun) assert.ok(!doneBefore.has(node), `${node} was done and was executed again`);
    const doneNow = await doneNodes(journal);
    for (const node of doneBefore) assert.ok(doneNow.has(node), `${node} was done and is lost`);
    doneBefore = doneNow;
    if (output !== undefined) {
      victim.verify(JSON.parse(output) as Record<string, number>);
      const steps = lines(effects).filter((line) => line.startsWith('step '));
      report.repeated += steps.length - new Set(steps).size;
      return;
    }
    report.kills += 1;
  }
}

/** The last line of the process, or undefined when it was killed. */
async function runOnce(
  victim: Victim,
  args: readonly string[],
  killAfterMs: number | undefined,
): Promise<string | undefined> {
  const running = spawn(process.execPath, ['--import', 'tsx', victim.program, ...args], {
    env: { ...process.env, ...victim.env },
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
