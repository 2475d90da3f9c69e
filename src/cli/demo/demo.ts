import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { usageError } from '../failure.ts';
import { Board } from './board.ts';
import { titleOf } from './jobs.ts';
import { shells, type WorkerMessage } from './worker-message.ts';

/** How many shells are done when the process that runs them is killed. */
const doneAtKill = 12;

/**
 * Thirty sandboxed shells as one graph: they work at once, their process is killed in the middle, another one goes on
 * where it was. Returns the exit code: 0 when all of it was right.
 */
export async function demo(args: readonly string[]): Promise<number> {
  if (args[0] === '--worker' && args[1] !== undefined) return await (await import('./worker.ts')).worker(args[1]);
  if (args.length > 0) throw usageError('demo takes no arguments');
  console.log(`hrm-rex: a graph of ${shells} shells at once, each with its own directory, variables and job.`);
  console.log(
    `Their process is killed with SIGKILL when ${doneAtKill} are done; another one goes on from the journal.\n`,
  );
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-demo-'));
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    // Sandboxes may run as another user, who has to pass here.
    await chmod(directory, 0o711);
    return summarise(await show(directory, stop.signal));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Story {
  readonly startedAt: number;
  place: string;
  readonly done: Map<number, number>;
  readonly errors: string[];
  /** Shells that the journal held when the second process began, those that were done and are not among them. */
  readonly kept: Set<number>;
  readonly lost: Set<number>;
  /** Shells that were done and ran again. */
  readonly repeated: Set<number>;
  killed: boolean;
  end: Extract<WorkerMessage, { readonly type: 'end' }> | undefined;
}

async function show(directory: string, signal: AbortSignal): Promise<Story> {
  const story: Story = {
    startedAt: performance.now(),
    place: '',
    done: new Map(),
    errors: [],
    kept: new Set(),
    lost: new Set(),
    repeated: new Set(),
    killed: false,
    end: undefined,
  };
  const titles = Array.from({ length: shells }, (_, shell) => titleOf(shell));
  using board = new Board(titles, process.stdout);
  await runWorker(directory, signal, (message, child) => {
    take(message, story, board);
    if (!story.killed && story.done.size >= doneAtKill) {
      story.killed = true;
      child.kill('SIGKILL');
    }
  });
  if (!story.killed || signal.aborted) return story;
  board.interrupt();
  const before = [...story.done.keys()];
  await runWorker(directory, signal, (message) => take(message, story, board));
  for (const shell of before) if (!story.kept.has(shell)) story.lost.add(shell);
  return story;
}

/** Runs the graph's process to its end, whatever that is. */
async function runWorker(
  directory: string,
  signal: AbortSignal,
  take: (message: WorkerMessage, child: ChildProcess) => void,
): Promise<void> {
  const program = [...process.execArgv, process.argv[1] as string, 'demo', '--worker', directory];
  const env = { ...process.env, TMPDIR: directory };
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort);
  try {
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      take(JSON.parse(line) as WorkerMessage, child);
    }
    await closed;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function take(message: WorkerMessage, story: Story, board: Board): void {
  switch (message.type) {
    case 'place':
      story.place = message.note;
      break;
    case 'progress':
      if (story.kept.has(message.shell)) story.repeated.add(message.shell);
      board.update(message.shell, 'working', message.note);
      break;
    case 'kept':
    case 'done':
      if (message.type === 'kept') story.kept.add(message.shell);
      story.done.set(message.shell, message.seconds);
      board.update(message.shell, 'done', `${message.seconds.toFixed(1)} s`);
      break;
    case 'failed':
      story.errors.push(`shell ${message.shell + 1} (${titleOf(message.shell)}): ${message.reason}`);
      board.update(message.shell, 'failed', 'failed');
      break;
    case 'end':
      story.end = message;
  }
}

function summarise({ startedAt, place, done, errors, kept, lost, repeated, end }: Story): number {
  const wall = seconds(performance.now() - startedAt);
  const together = [...done.values()].reduce((sum, each) => sum + each, 0);
  const lines = [
    `${done.size} of ${shells} jobs right: ${end?.commands ?? 0} commands in ${wall} (the shells together: ${together.toFixed(1)} s)`,
    `killed once: ${kept.size} jobs were kept, ${shells - kept.size} ran again, ${lost.size} were lost, ${repeated.size} were done twice`,
    'two shells recovered from a hang and an exit',
    `critical path ${seconds(end?.criticalPathMs ?? 0)}; ${place}`,
  ];
  console.log(`\n${lines.join('\n')}`);
  for (const error of errors) console.error(`✖ ${error}`);
  const isRight =
    done.size === shells && repeated.size + lost.size === 0 && kept.size >= doneAtKill && end !== undefined;
  return isRight ? 0 : 1;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
