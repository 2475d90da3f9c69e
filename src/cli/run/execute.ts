import type { Condition, GraphSpec, Handler, HandlerDirectory, Run, RunEvent } from '../../orchestration/index.ts';
import {
  approval,
  guard,
  openFileJournal,
  recover,
  retry,
  run,
  scheduler,
  timeout,
} from '../../orchestration/index.ts';
import { type FileAgents, loadAgents, toolStep } from './agents-of-file.ts';
import { parseCondition } from './conditions.ts';
import type { FileNode } from './graph-file.ts';
import { Places } from './places.ts';
import type { LoadedGraph } from './read-graph-file.ts';
import { shellStep } from './shell-step.ts';

/** How a graph file is executed. */
export interface ExecuteOptions {
  readonly runId: string;
  readonly journalDirectory: string;
  /** Goes on with the run that the journal has. */
  readonly isResumed: boolean;
  /** Aborting leaves the run as it is, so that it can be resumed. */
  readonly signal: AbortSignal;
  /** Called for each event. */
  readonly observe: (event: RunEvent, running: Run) => void;
  /** Called when the run began or goes on. */
  readonly onStart?: ((running: Run) => Promise<void>) | undefined;
}

/** How a run that was executed stands. */
export interface Executed {
  readonly status: Run['status'] | 'interrupted';
  readonly error: unknown;
}

/** Somebody may answer after days. */
const APPROVAL_TIMEOUT_MS = 30 * 24 * 3_600_000;

/** Runs a graph file to its end, to a wait that nobody answers here, or to an abort. */
export async function execute(loaded: LoadedGraph, options: ExecuteOptions): Promise<Executed> {
  const { runId, journalDirectory, isResumed, signal, observe, onStart } = options;
  const { graph } = loaded;
  await using places = new Places(graph);
  const agents = await loadAgents(loaded, places);
  await using journal = await openFileJournal(journalDirectory);
  const parts = {
    journal,
    handlers: directoryOf(loaded, agents, places),
    conditions: conditionsOf(graph.nodes),
    scheduler: scheduler({ lanes: { task: { concurrency: graph.concurrency ?? 250 } } }),
  };
  // A process that died at once has left a run without a beginning.
  const isKnown = isResumed && (await journal.streams()).includes(runId);
  const running = isKnown ? await recover(runId, parts) : run(toSpec(graph.nodes), { ...parts, runId });
  let isLeft = false;
  const leave = async (): Promise<void> => {
    isLeft ||= running.status === 'running' || running.status === 'paused';
    // Nothing more is kept, so the run is not cancelled: it stands as it stood.
    await journal.close();
    await running.cancel().catch(() => {});
    await running.idle();
  };
  const onAbort = (): void => void leave();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    if (running.status === 'paused') await running.resume();
    await onStart?.(running);
  } catch (thrown) {
    signal.removeEventListener('abort', onAbort);
    await leave();
    throw thrown;
  }
  let error: unknown;
  try {
    for await (const event of running) observe(event, running);
    await running.result;
  } catch (thrown) {
    error = thrown;
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) await leave();
    await running.idle();
  }
  return { status: isLeft ? 'interrupted' : running.status, error };
}

/** The nodes of a file as the engine takes them. */
function toSpec(nodes: readonly FileNode[]): GraphSpec {
  return {
    nodes: nodes.map(({ id, goal, run: script, agent, tool, input, needs, when, onFail, approval: asked }) => ({
      id,
      task: {
        goal: typeof asked === 'string' ? asked : (goal ?? script?.trim().split('\n', 1)[0] ?? agent ?? tool ?? id),
        type: agent === undefined ? (tool === undefined ? 'run' : 'tool') : 'agent',
        ...(input === undefined ? {} : { input }),
      },
      use: agent ?? tool ?? id,
      dependsOn: needs,
      when,
      onFail,
    })),
  };
}

/** Finds handlers by the node that executes; the nodes of a plan that an agent made name their agents themselves. */
function directoryOf({ graph }: LoadedGraph, agents: FileAgents, places: Places): HandlerDirectory {
  const byId = new Map(graph.nodes.map((node) => [node.id, guarded(node, workOf(node))]));
  return (query) => async (task, context) => {
    const own = byId.get(context.node);
    if (own) return await own(task, context);
    return await agents.find(typeof query === 'string' ? query : (query.name ?? ''))(task, context);
  };

  function workOf(node: FileNode): Handler {
    if (node.run !== undefined) return shellStep(node, graph, places);
    const work = node.agent === undefined ? toolStep(node, graph.workspace, places) : agents.find(node.agent, node);
    return node.timeoutMs === undefined ? work : guard(work, timeout(node.timeoutMs));
  }
}

function guarded({ approval: asked = false, retries = 0 }: FileNode, work: Handler): Handler {
  const tried = retries === 0 ? work : guard(work, retry({ attempts: retries + 1 }));
  return asked === false ? tried : guard(tried, approval({ when: () => true, timeoutMs: APPROVAL_TIMEOUT_MS }));
}

function conditionsOf(nodes: readonly FileNode[]): Record<string, Condition> {
  const conditions: Record<string, Condition> = {};
  for (const { when, needs = [] } of nodes) {
    const condition = when === undefined ? undefined : parseCondition(when, needs);
    // The same text about the same node means the same, wherever it stands.
    if (when !== undefined && condition) conditions[when] = condition;
  }
  return conditions;
}
