import type { JournalEvent } from '../orchestration/journal/journal.ts';

/** One execution of a handler, from start to outcome. */
export interface Execution {
  readonly run: string;
  readonly node: string;
  readonly agent: string;
  /** Type of the task; empty when it has none. */
  readonly taskType: string;
  readonly phase: 'execute' | 'join';
  readonly startedAt: number;
  readonly endedAt: number;
  /** How it ended. */
  readonly outcome: 'done' | 'failed' | 'expanded' | 'waiting' | 'suspended' | 'handed-off' | 'cancelled' | 'lost';
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly usd: number;
}

interface Started {
  readonly agent: string;
  readonly phase: 'execute' | 'join';
  readonly at: number;
  tokensIn: number;
  tokensOut: number;
  usd: number;
}

interface UsageData {
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly usd?: number;
}

const outcomes: Readonly<Record<string, Execution['outcome']>> = {
  'node.done': 'done',
  'node.failed': 'failed',
  'node.expanded': 'expanded',
  'node.waiting': 'waiting',
  'node.suspended': 'suspended',
  'node.handed-off': 'handed-off',
  'node.cancelled': 'cancelled',
};

/** Pairs starts with outcomes while events come by; an execution that a crash cut short ends as `lost`. */
export class ExecutionReader {
  readonly #running = new Map<string, Started>();
  readonly #types = new Map<string, string>();

  /** Takes an event; returns the execution that it ends, if any. */
  observe(event: JournalEvent): Execution | undefined {
    const { type, run = '', node, data } = event;
    if (type === 'run.started' || type === 'node.expanded') this.#learnTypes(run, data);
    if (node === undefined) return undefined;
    const key = `${run} ${node}`;
    const started = this.#running.get(key);
    if (type === 'node.spent' && started) addUsage(started, (data as { usage: UsageData }).usage);
    if (type === 'node.started') {
      const { phase } = data as { phase: 'execute' | 'join' };
      const { agent = node, at } = event;
      this.#running.set(key, { agent, phase, at, tokensIn: 0, tokensOut: 0, usd: 0 });
      return started && this.#end(run, node, started, started.at, 'lost');
    }
    const outcome = outcomes[type];
    if (!outcome || !started) return undefined;
    this.#running.delete(key);
    return this.#end(run, node, started, event.at, outcome);
  }

  #end(run: string, node: string, started: Started, endedAt: number, outcome: Execution['outcome']): Execution {
    const { agent, phase, at: startedAt, tokensIn, tokensOut, usd } = started;
    const taskType = this.#types.get(`${run} ${node}`) ?? '';
    return { run, node, agent, taskType, phase, startedAt, endedAt, outcome, tokensIn, tokensOut, usd };
  }

  #learnTypes(run: string, data: unknown): void {
    for (const { path, task } of (data as { nodes: { path: string; task: { type?: string } }[] }).nodes) {
      if (task.type !== undefined) this.#types.set(`${run} ${path}`, task.type);
    }
  }
}

function addUsage(started: Started, { tokensIn = 0, tokensOut = 0, usd = 0 }: UsageData): void {
  started.tokensIn += tokensIn;
  started.tokensOut += tokensOut;
  started.usd += usd;
}
