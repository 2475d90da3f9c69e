import { invalidArgument, RexError } from '../../../core/errors.ts';
import { settlesWithin } from '../../../core/settles-within.ts';
import { run } from '../../../orchestration/engine/run.ts';
import type { RunEvent } from '../../../orchestration/engine/run-event.ts';
import type { RunStatus } from '../../../orchestration/engine/run-state.ts';
import type { Handler } from '../../../orchestration/task/handler.ts';
import { AgentRun } from './agent-run.ts';
import { HandleTable } from './handle-table.ts';
import type { Sandbox } from './sandbox-desk.ts';

/** Something that does tasks, by its name in the list of agents. */
export interface McpAgent {
  /** What it is good for, for the model that chooses. */
  readonly description: string;
  readonly handler: Handler;
}

/** What an agent is asked. */
export interface AgentTask {
  readonly agent: string | undefined;
  readonly goal: string;
  readonly maxSteps: number | undefined;
  readonly sandbox: Sandbox;
}

const keptLines = 1000;
const longestLine = 4000;
const cancelGraceMs = 5000;

/** Runs of agents of all owners, the last ended ones included. */
export class RunDesk {
  readonly agents: Readonly<Record<string, McpAgent>>;
  readonly #keptRuns: number;
  readonly #table: HandleTable<AgentRun> = new HandleTable('run', 'Runs are started by agent_run.');
  readonly #onChange: (run: AgentRun) => void;
  readonly #dependencies: Readonly<Record<string, unknown>>;

  constructor(
    agents: Readonly<Record<string, McpAgent>>,
    options: {
      readonly keptRuns: number;
      readonly dependencies: Readonly<Record<string, unknown>>;
      readonly onChange: (run: AgentRun) => void;
    },
  ) {
    this.agents = agents;
    this.#keptRuns = options.keptRuns;
    this.#dependencies = options.dependencies;
    this.#onChange = options.onChange;
  }

  /** Starts an agent's work. @throws AGENT_UNKNOWN */
  start(task: AgentTask): AgentRun {
    const names = Object.keys(this.agents);
    const name = task.agent ?? names[0];
    if (name === undefined) throw invalidArgument('agent', 'a server that has agents', 'none');
    const agent = Object.hasOwn(this.agents, name) ? this.agents[name] : undefined;
    if (!agent) {
      const hint = `There are: ${names.join(', ')}.`;
      throw new RexError(
        'AGENT_UNKNOWN',
        `no agent ${JSON.stringify(name.slice(0, 60))}`,
        { agent: name, known: names },
        { hint },
      );
    }
    const { sandbox, goal, maxSteps } = task;
    const id = this.#table.mint();
    const started = run(
      { nodes: [{ id: 'task', task: { goal }, use: name }] },
      {
        runId: id,
        output: 'last',
        handlers: Object.fromEntries(Object.entries(this.agents).map(([key, { handler }]) => [key, handler])),
        dependencies: { ...this.#dependencies, runtime: sandbox.runtime, workspace: sandbox.workspace },
        ...(maxSteps === undefined ? {} : { budget: { steps: maxSteps } }),
      },
    );
    const entry = new AgentRun({ id, agent: name, sandbox, run: started });
    this.#table.add(id, sandbox.owner, entry);
    void this.#follow(entry);
    return entry;
  }

  /** @throws HANDLE_UNKNOWN */
  get(handle: string, owner: string): AgentRun {
    return this.#table.get(handle, owner);
  }

  of(owner: string): AgentRun[] {
    return this.#table.of(owner).map(([, entry]) => entry);
  }

  /** Whether a run that is not over works in a sandbox. */
  worksIn(sandbox: string): boolean {
    return this.#table.all().some(([, { sandbox: place, isEnded }]) => place.id === sandbox && !isEnded);
  }

  /** Cancels and forgets all of an owner. */
  async release(owner: string): Promise<void> {
    await Promise.all(this.of(owner).map((entry) => this.#end(entry, 'its owner left')));
  }

  async close(): Promise<void> {
    await Promise.all(this.#table.all().map(([, entry]) => this.#end(entry, 'the server ended')));
  }

  async #end(entry: AgentRun, reason: string): Promise<void> {
    this.#table.remove(entry.id, reason);
    if (isOver(entry.run.status)) return;
    // A handler that does not listen to its signal does not keep a server from ending.
    await settlesWithin(entry.run.cancel(reason), cancelGraceMs);
  }

  async #follow(entry: AgentRun): Promise<void> {
    const reading = this.#keepEvents(entry);
    try {
      entry.output = await entry.run.result;
    } catch (error) {
      entry.error = error instanceof Error ? error.message : String(error);
    }
    await reading;
    await entry.run.idle();
    entry.finish();
    this.#onChange(entry);
    const over = this.#table.all().filter(([, { run: each }]) => isOver(each.status));
    for (const [id] of over.slice(0, Math.max(0, over.length - this.#keptRuns))) {
      this.#table.remove(id, `only the last ${this.#keptRuns} are kept`);
    }
  }

  async #keepEvents(entry: AgentRun): Promise<void> {
    try {
      for await (const event of entry.run) {
        entry.lines.push(lineOf(event));
        if (entry.lines.length > keptLines) {
          entry.lines.shift();
          entry.dropped += 1;
        }
        entry.wake();
        this.#onChange(entry);
      }
    } catch {
      // The failure of a run is in its result.
    }
  }
}

/** Whether a run does nothing more. */
export function isOver(status: RunStatus): boolean {
  return status !== 'running' && status !== 'paused';
}

function lineOf({ type, node, at, data }: RunEvent): string {
  const line = JSON.stringify({ type, node, at, data });
  return line.length <= longestLine ? line : JSON.stringify({ type, node, at, data: `${line.length} bytes left out` });
}
