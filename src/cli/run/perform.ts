import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RexError } from '../../core/errors.ts';
import { levels } from '../../orchestration/graph/levels.ts';
import { openFileJournal, type Run, type RunEvent } from '../../orchestration/index.ts';
import { readTimeline } from '../../telemetry/index.ts';
import { formatDuration } from '../../telemetry/report/html/markup.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { LiveView } from '../view/live-view.ts';
import { type Answers, answerTo, approveOpen, describeTicket, giveAnswers, isStuck } from './answers.ts';
import { execute } from './execute.ts';
import { groupByLevel } from './group-by-level.ts';
import type { LoadedGraph } from './read-graph-file.ts';
import type { RunStore } from './run-store.ts';

/** How a run is performed for somebody who watches. */
export interface PerformOptions {
  readonly isResumed: boolean;
  readonly answers: Answers;
  /** Prints events and the result as lines of JSON. */
  readonly json: boolean;
}

/** Exit code of a run that waits for an answer which nobody gives here. */
export const WAITING = 3;
/** Exit code of a run that was interrupted. */
const INTERRUPTED = 130;

/** Runs a graph with a view, asks on a terminal, and says how it ended. Returns the exit code. */
export async function perform(
  store: RunStore,
  id: string,
  loaded: LoadedGraph,
  options: PerformOptions,
): Promise<number> {
  const { isResumed, answers, json } = options;
  using stop = stopOnSignal();
  const isAsking = Boolean(process.stdin.isTTY) && Boolean(process.stdout.isTTY) && !json;
  let current: Run | undefined;
  const waiting = new Map<string, string>();
  const view = new LiveView({ group: groupByLevel(levelsOf(loaded)), quiet: json });
  if (isResumed) await recall(store, id, view);
  using asker = isAsking ? ask(() => current, view) : undefined;
  try {
    const { status, error } = await execute(loaded, {
      runId: id,
      journalDirectory: store.journal(id),
      isResumed,
      signal: stop.signal,
      onStart: async (running) => {
        current = running;
        await giveAnswers(running, answers);
        leaveIfStuck(running);
      },
      observe: (event, running) => {
        if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
        view.observe(event);
        if (answers.approveAll && event.type === 'node.waiting')
          void approveOpen(running).then(() => leaveIfStuck(running));
        else leaveIfStuck(running);
      },
    });
    view[Symbol.dispose]();
    return await tell(status, error);
  } finally {
    view[Symbol.dispose]();
  }

  function leaveIfStuck(running: Run): void {
    if (asker || stop.signal.aborted || !isStuck(running)) return;
    for (const ticket of running.tickets()) waiting.set(ticket.ticket, describeTicket(ticket));
    stop.abort();
  }

  async function tell(status: string, error: unknown): Promise<number> {
    const state = waiting.size > 0 && status === 'interrupted' ? 'waiting' : status;
    await using journal = await openFileJournal(store.journal(id), { readOnly: true });
    const timeline = await readTimeline(journal, id).catch(() => undefined);
    const over = timeline?.nodes.filter(({ state: end }) => end === 'done').length ?? 0;
    if (json) {
      const reason = error instanceof Error && state === 'failed' ? error.message : undefined;
      process.stdout.write(
        `${JSON.stringify({ type: 'result', run: id, status: state, reason, tickets: [...waiting.keys()] })}\n`,
      );
    } else {
      const figures =
        timeline === undefined
          ? ''
          : `: ${over} of ${timeline.nodes.length} nodes done in ${formatDuration(timeline.wallMs)}`;
      process.stdout.write(`\n${id} ${state}${figures}\n${advice(state, error)}`);
    }
    if (state === 'waiting') return WAITING;
    return state === 'done' ? 0 : state === 'interrupted' ? INTERRUPTED : 1;
  }

  function advice(state: string, error: unknown): string {
    if (state === 'interrupted') return `go on with: hrm-rex resume ${id}\n`;
    if (state === 'waiting') {
      const [first] = waiting.keys();
      return `waits for\n${[...waiting.values()].map((asked) => `  ${asked}\n`).join('')}answer with: hrm-rex resume ${id} --approve ${first} (or --deny)\n`;
    }
    const reason = state === 'failed' && RexError.is(error) ? `${error.message}\n` : '';
    return `${reason}see: hrm-rex report ${id}\n`;
  }
}

/** Shows a run as its journal has it, before it goes on. */
async function recall(store: RunStore, id: string, { model }: LiveView): Promise<void> {
  await using journal = await openFileJournal(store.journal(id), { readOnly: true });
  for await (const event of journal.read(id)) model.observe(event as unknown as RunEvent);
}

/** Reads yes and no from the terminal, for one ticket after another. */
function ask(running: () => Run | undefined, view: LiveView): Disposable {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    view.takeTyped();
    const now = running();
    const [ticket] = now?.tickets() ?? [];
    if (!now || !ticket || !/^(y|yes|n|no)$/i.test(line.trim())) {
      view.say(ticket ? `${describeTicket(ticket)} [y/n]` : 'nothing is asked');
      return;
    }
    now.answer(ticket.ticket, answerTo(ticket, /^y/i.test(line.trim()))).catch(() => {});
  });
  return { [Symbol.dispose]: () => lines.close() };
}

function levelsOf({ graph }: LoadedGraph): Map<string, number> {
  const nodes = graph.nodes.map(({ id, needs = [] }) => ({ id, task: { goal: id }, dependsOn: needs }));
  return new Map(levels({ nodes }).flatMap((ids, level) => ids.map((id) => [id, level] as const)));
}

/** Where a run's report goes unless somebody says otherwise. */
export function reportPath(store: RunStore, id: string): string {
  return join(store.folder(id), 'report.html');
}
