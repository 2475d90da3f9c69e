import type { Journal, Json, RunEvent } from '../../orchestration/index.ts';
import type { TaskRow } from '../data/task-row.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { WorkspaceSummary } from '../task/planning-task.ts';
import { agentKindOf } from './agent-kind-of.ts';
import { readTask, workspaceOf } from './read-task.ts';
import { type PastNode, RunHistory } from './run-history.ts';

/** A task of a past run as a row to learn from. */
export interface PastTask extends TaskRow {
  /** Who did it, what became of it and how long it took, subtask by subtask. */
  readonly subtasks: readonly PastSubtask[];
  /** Working time of all agents. */
  readonly workMs: number;
}

/** A subtask of a past run. */
export interface PastSubtask {
  readonly text: string;
  /** Name of the agent kind. */
  readonly agent: string;
  readonly succeeded: boolean;
  readonly workMs: number;
  /** Positions of the subtasks that came before it. */
  readonly after: readonly number[];
}

/** Which runs are read. */
export interface ExperiencesOptions {
  /** Streams of the journal. Default: all. */
  readonly runs?: readonly string[] | undefined;
  /** The agent kind behind the name of who executed. Default: kinds, `tool_test` and the presets' names. */
  readonly kindOf?: ((agent: string) => string | undefined) | undefined;
  /** The workspace of tasks that bring none. */
  readonly workspace?: WorkspaceSummary | undefined;
}

/**
 * Reads past runs into rows to learn from, one for each task that somebody planned or did. Who worked with success was
 * needed; when the task itself is done, who did not work was not needed; an agent that failed says nothing. Tasks of which
 * nothing is known are left out.
 */
export async function* experiences(journal: Journal, options: ExperiencesOptions = {}): AsyncIterable<PastTask> {
  for (const run of options.runs ?? (await journal.streams())) {
    const history = new RunHistory();
    let context: Json = {};
    for await (const event of journal.read(run)) {
      if (event.type === 'run.started') context = (event as unknown as RunEvent<'run.started'>).data.context;
      history.observe(event as unknown as RunEvent);
    }
    for (const node of history.nodes.values()) {
      const row = rowOf(node, history, { run, context, ...options });
      if (row) yield row;
    }
  }
}

interface Surroundings extends ExperiencesOptions {
  readonly run: string;
  readonly context: Json;
}

function rowOf(node: PastNode, history: RunHistory, around: Surroundings): PastTask | undefined {
  const isLeaf = node.children.length === 0;
  if (isLeaf && node.parent !== undefined) return undefined;
  const workers = isLeaf ? [node] : leavesBelow(node, history);
  const subtasks = describe(workers, around.kindOf ?? agentKindOf);
  const agents = [...new Set(subtasks.filter(({ succeeded }) => succeeded).map(({ agent }) => agent))];
  if (agents.length === 0) return undefined;
  const failed = subtasks.filter(({ succeeded, agent }) => !succeeded && !agents.includes(agent));
  const unknown = new Set(failed.map(({ agent }) => agent));
  const all = agentKinds.map(({ name }) => name);
  const known = node.state === 'done' ? all.filter((name) => !unknown.has(name)) : agents;
  const workMs = subtasks.reduce((sum, one) => sum + one.workMs, 0);
  const { text, workspace } = readTask(node.task, workspaceOf(around.context) ?? around.workspace);
  return {
    id: `${around.run}/${node.path}`,
    source: around.run,
    licence: 'own',
    text,
    agents,
    known,
    ...(workspace && { context: workspace }),
    ...(workMs > 0 && { effort: effortOf(subtasks, workMs) }),
    ...(node.state === 'done' && { decompose: subtasks.length > 1 }),
    split: 'train',
    subtasks,
    workMs,
  };
}

/** Nodes below one that did the work themselves. */
function leavesBelow(node: PastNode, history: RunHistory): readonly PastNode[] {
  const children = node.children.flatMap((path) => history.nodes.get(path) ?? []);
  return children.flatMap((child) => (child.children.length > 0 ? leavesBelow(child, history) : [child]));
}

function describe(nodes: readonly PastNode[], kindOf: (agent: string) => string | undefined): readonly PastSubtask[] {
  const known = nodes.flatMap((node) => {
    const names = [typeof node.use === 'string' ? node.use : '', node.agent ?? '', node.task.type ?? ''];
    const agent = names.map(kindOf).find((kind) => kind !== undefined);
    const isOver = node.state === 'done' || node.state === 'failed';
    return agent !== undefined && isOver ? [{ node, agent }] : [];
  });
  const place = new Map(known.map(({ node }, index) => [node.path, index]));
  return known.map(({ node, agent }) => ({
    text: node.task.goal,
    agent,
    succeeded: node.state === 'done',
    workMs: node.workMs,
    after: node.dependsOn.flatMap((path) => place.get(path) ?? []),
  }));
}

function effortOf(subtasks: readonly PastSubtask[], workMs: number): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (const { agent, workMs: own } of subtasks) shares[agent] = (shares[agent] ?? 0) + own / workMs;
  return shares;
}
