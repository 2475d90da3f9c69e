import { LiveView } from '../view/live-view.ts';
import { groupByProject } from './groups.ts';
import { runWorker } from './run-worker.ts';
import type { WorkerAnswer } from './worker.ts';

/** How many jobs are done when the process that runs them is killed. */
export const doneAtKill = 12;

/** What was seen of a run besides what its journal tells. */
export interface Story {
  /** Where the agents worked, in words. */
  readonly place: string;
  /** Nodes that were done when the process was killed. */
  readonly doneBeforeKill: ReadonlySet<string>;
}

/** Where a run works and is kept, and what ends it. */
export interface ShowOptions {
  readonly directory: string;
  readonly journal: string;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/** Shows the run, kills its process once, starts another one, and answers what it is asked. */
export async function show({ directory, journal, runId, signal }: ShowOptions): Promise<Story> {
  const doneBeforeKill = new Set<string>();
  let place = '';
  let isKilled = false;
  let hasRecovered = false;
  using view = new LiveView({ group: groupByProject });
  const work = (): Promise<number | null> =>
    runWorker([directory, journal, runId], { directory, signal }, (message, child) => {
      if (message.type === 'place') {
        place = message.place;
        return;
      }
      if (message.type === 'plan') {
        view.say(message.line);
        return;
      }
      const { event } = message;
      if (message.type === 'kept') {
        view.model.observe(event);
        return;
      }
      view.observe(event);
      if (event.type === 'node.waiting') {
        view.say(`the demonstration agrees to "${event.node}"`);
        const answer: WorkerAnswer = { ticket: event.data.ticket, answer: { approved: true, by: 'demo' } };
        child.stdin?.write(`${JSON.stringify(answer)}\n`);
      }
      if (isKilled) return;
      if (event.type === 'node.done' && event.node !== undefined) doneBeforeKill.add(event.node);
      if (event.type === 'node.note' && event.data.name === 'recovers') hasRecovered = true;
      if (hasRecovered && doneBeforeKill.size >= doneAtKill) {
        isKilled = true;
        child.kill('SIGKILL');
      }
    });
  await work();
  if (isKilled && !signal.aborted) {
    view.say(`killed with SIGKILL: ${view.model.count('running')} agents are cut off`);
    await work();
  }
  return { place, doneBeforeKill };
}
