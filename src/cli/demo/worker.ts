import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type GraphSpec,
  type Journal,
  type Json,
  openFileJournal,
  type RunEvent,
  recover,
  run,
  scheduler,
} from '../../orchestration/index.ts';
import { configuredModel } from './agents/model.ts';
import { makeCrew } from './crew.ts';
import { openBox } from './open-box.ts';
import { conditions, makePlan } from './plan.ts';

/** What the process that runs the graph tells the one that shows it, one line of JSON each. */
export type WorkerMessage =
  | { readonly type: 'place'; readonly place: string }
  /** What the coordination heads say of the work, one line for people. */
  | { readonly type: 'plan'; readonly line: string }
  | { readonly type: 'event'; readonly event: RunEvent }
  /** The end of a node that the journal has from the process before. */
  | { readonly type: 'kept'; readonly event: RunEvent };

/** An answer to a ticket, as the worker reads it from its standard input. */
export interface WorkerAnswer {
  readonly ticket: string;
  readonly answer: Json;
}

/** Agents that may work at the same time. */
const MAX_AGENTS = 64;

/** Runs the demonstration's graph, or goes on with it, and tells what happens on standard output. */
export async function worker([directory = '', journalDirectory = '', runId = '']: readonly string[]): Promise<number> {
  await using box = await openBox(join(directory, 'work'));
  tell({ type: 'place', place: box.place });
  const model = await configuredModel();
  await using journal = await openFileJournal(journalDirectory);
  const options = {
    journal,
    scheduler: scheduler({ lanes: { task: { concurrency: MAX_AGENTS } } }),
    handlers: makeCrew().directory,
    conditions,
    dependencies: { runtime: box.deployment.runtime, root: box.root, model, canPatch: model !== undefined },
  };
  const isKnown = (await journal.streams()).includes(runId);
  if (isKnown) await tellKept(journal, runId);
  const running = isKnown ? await recover(runId, options) : run(await plan(), { ...options, runId });
  const answers = createInterface({ input: process.stdin });
  answers.on('line', (line) => {
    const { ticket, answer } = JSON.parse(line) as WorkerAnswer;
    running.answer(ticket, answer).catch(() => {});
  });
  try {
    for await (const event of running) tell({ type: 'event', event });
    await running.result.catch(() => {});
    return running.status === 'done' ? 0 : 1;
  } finally {
    await running.cancel();
    answers.close();
    process.stdin.destroy();
  }
}

/** The graph as the coordination heads would begin it; a process that goes on has it and need not load them. */
async function plan(): Promise<GraphSpec> {
  const { foresee } = await import('./foresee.ts');
  const { graph, lines } = await foresee(makePlan());
  for (const line of lines) tell({ type: 'plan', line });
  return graph;
}

/** What was durable and not yet told when the process before ended. */
async function tellKept(journal: Journal, runId: string): Promise<void> {
  for await (const event of journal.read(runId)) {
    if (event.type === 'node.done') tell({ type: 'kept', event: event as unknown as RunEvent });
  }
}

function tell(message: WorkerMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
