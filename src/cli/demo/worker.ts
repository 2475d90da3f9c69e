import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import type { RunEvent } from '../../orchestration/engine/run-event.ts';
import {
  done,
  type GraphSpec,
  guard,
  type Handler,
  openFileJournal,
  recover,
  retry,
  run,
  scheduler,
} from '../../orchestration/index.ts';
import { LocalDeployment } from '../../sandbox/deployment/local-deployment.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { coordinationOverhead } from '../../telemetry/index.ts';
import { jobOf, type Report, troubled, work } from './jobs.ts';
import { nodeOf, shellOf, shells, type WorkerMessage } from './worker-message.ts';

const runId = 'demo';

/** Runs the demonstration's graph, or goes on with it, and tells what happens on standard output. */
export async function worker(directory: string): Promise<number> {
  await using box = await openBox(join(directory, 'work'));
  await using journal = await openFileJournal(join(directory, 'journal'));
  const options = {
    journal,
    scheduler: scheduler({ lanes: { task: { concurrency: shells + 1 } } }),
    handlers: { shell: guard(shellHandler, retry({ attempts: 2, baseMs: 100 })), sum },
    dependencies: { runtime: box.runtime },
  };
  const isKnown = (await journal.streams()).includes(runId);
  if (isKnown) await tellEnds(journal.read(runId) as AsyncIterable<RunEvent>, 'kept');
  const running = isKnown ? await recover(runId, options) : run(graph(), { ...options, runId });
  await Promise.all([tellEnds(running, 'done'), running.result]);
  const commands = Number((await running.result).sum);
  const { criticalPathMs } = await coordinationOverhead(journal.read(runId) as AsyncIterable<RunEvent>);
  tell({ type: 'end', commands, criticalPathMs });
  return 0;
}

/** A sandbox where the machine has one. */
async function openBox(workspace: string): Promise<LocalDeployment> {
  await mkdir(workspace, { recursive: true });
  try {
    const box = await new LocalDeployment({ isolation: 'bubblewrap', workspace }).start();
    tell({ type: 'place', sandboxed: true, note: 'in bubblewrap sandboxes without network' });
    return box;
  } catch (error) {
    if (!RexError.is(error)) throw error;
    const box = await new LocalDeployment({ workspace }).start();
    tell({ type: 'place', sandboxed: false, note: `not sandboxed: ${error.message}` });
    return box;
  }
}

function graph(): GraphSpec {
  const numbers = Array.from({ length: shells }, (_, shell) => shell);
  const work = numbers.map((shell) => ({ id: nodeOf(shell), task: { goal: 'work', input: shell }, use: 'shell' }));
  return { nodes: [...work, { id: 'sum', task: { goal: 'sum up' }, use: 'sum', dependsOn: work.map(({ id }) => id) }] };
}

const shellHandler: Handler = async ({ input }, { dependencies, signal, attempt }) => {
  const shell = Number(input);
  const runtime = dependencies.runtime as Runtime;
  const startedAt = performance.now();
  const report: Report = ({ done, of, note }) => tell({ type: 'progress', shell, note: note ?? `${done}/${of}` });
  report({ done: 0, of: 1, note: 'starts' });
  // What an execution that was cut off has left is in its way.
  await runtime.files.remove(`${shell}`, { recursive: true, missing: 'ignore' });
  await runtime.files.mkdir(`${shell}`);
  const open = () => runtime.createSession({ session: `${shell}.${attempt}`, cwd: `${shell}`, loadRc: false, signal });
  const job = jobOf(shell);
  const commands = job === undefined ? await troubled(open, report) : await work(await open(), job, shell, report);
  return done({ commands, seconds: (performance.now() - startedAt) / 1000 });
};

const sum: Handler = async (_task, { inputs }) =>
  done(Object.values(inputs).reduce<number>((total, output) => total + (output as { commands: number }).commands, 0));

/** Tells the ends of shells, which are durable by then: what was told is not done again. */
async function tellEnds(events: AsyncIterable<RunEvent>, type: 'done' | 'kept'): Promise<void> {
  for await (const event of events) {
    const shell = shellOf(event.node);
    if (shell === undefined) continue;
    if (event.type === 'node.done') {
      const { seconds } = event.data.output as { readonly seconds: number };
      tell({ type, shell, seconds });
    } else if (event.type === 'node.failed') tell({ type: 'failed', shell, reason: event.data.error.message });
  }
}

function tell(message: WorkerMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
