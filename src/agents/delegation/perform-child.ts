import { isJson, type Json, type JsonObject } from '../../core/json.ts';
import { type Run, run } from '../../orchestration/engine/run.ts';
import type { Handler, HandlerContext, HandlerDirectory } from '../../orchestration/task/handler.ts';
import type { Outcome, Wait } from '../../orchestration/task/outcome.ts';
import type { Task } from '../../orchestration/task/task.ts';
import { toTaskError } from '../../orchestration/task/task-error.ts';
import { CallWaits } from '../tools/call-waits.ts';
import type { AgentWork } from '../tools/tool.ts';
import { childContext, scopeOf } from './child-context.ts';
import { tooDeep } from './delegation-refused.ts';

/** A child and what it does. */
export interface ChildWork {
  readonly name: string;
  readonly handle: Handler;
  readonly task: Task;
  /** What it sees of the parent's context. */
  readonly context: JsonObject;
  /** Who does what it hands on, and the parts of what it takes apart. */
  readonly directory: HandlerDirectory;
  /** Levels of delegation and of parts, from the top of all. */
  readonly maxDepth: number;
  readonly callId: string;
  readonly signal: AbortSignal;
  /** What was left when it had to wait, and the answer. */
  readonly resumed: AgentWork['resumed'];
}

/** What a child that waits leaves: the answers so far, and the ticket that is open. */
interface Waiting {
  readonly answers: JsonObject;
  readonly open: string;
}

const ROOT = 'task';

/**
 * Lets a child work within its parent's node, as a run of its own that keeps what comes of each execution as steps of
 * the parent: after a crash or a wait it goes through those again, and repeats nothing that was done. So a child may do
 * whatever a node may: take its task apart, hand it on, wait, give way.
 *
 * @throws CallWaits when nothing of it goes on before somebody answers, NODE_FAILED
 */
export async function performChild(parent: HandlerContext, child: ChildWork): Promise<Json> {
  const { task, context, directory, maxDepth, callId, signal, resumed } = child;
  const waits = new Map<string, Wait>();
  const wrap = within(parent, child, waits);
  await using running = run<Json>(
    { nodes: [{ id: ROOT, task, use: wrap(child.handle) }] },
    {
      ...{ runId: callId, context, signal, clock: parent.clock, maxDepth: maxDepth - task.depth, output: 'last' },
      use: wrap(child.handle),
      handlers: (query) => {
        const found = directory(query) ?? (typeof query === 'string' ? directory({ capability: query }) : undefined);
        return found && wrap(found, typeof query === 'string' ? query : query.name);
      },
    },
  );
  running.result.catch(() => {});
  const answers = answersOf(resumed);
  for await (const _event of running) {
    const tickets = running.tickets();
    const known = tickets.find(({ ticket }) => Object.hasOwn(answers, ticket));
    if (known) await running.answer(known.ticket, answers[known.ticket] as Json);
    const [open] = !known && isStuck(running) ? tickets : [];
    if (!open) continue;
    const wait = waits.get(open.node) ?? { kind: 'wait', for: open.for, request: open.request };
    throw new CallWaits(wait, { answers, open: open.ticket } satisfies Waiting);
  }
  signal.throwIfAborted();
  return await running.result;
}

/** Makes handlers of the child's run work within the parent's node. */
function within(parent: HandlerContext, { name, task, callId, maxDepth }: ChildWork, waits: Map<string, Wait>) {
  const executions = new Map<string, number>();
  const wrap =
    (handle: Handler, agent: string = name): Handler =>
    async (given, own) => {
      const at = own.idempotencyKey.slice(`${callId}/${ROOT}`.length);
      const part = at === '#1' ? '' : at;
      const number = (executions.get(part) ?? 0) + 1;
      executions.set(part, number);
      const place = { agent, callId, part };
      const context = childContext(parent, own, place);
      const isRoot = own.node === ROOT;
      const work = (): Promise<Outcome> => handle(isRoot ? task : partOf(task, given, context.node), context);
      const outcome = await keepOutcome(parent, `${scopeOf(place)}/outcome:${number}`, isRoot, own.signal, work);
      if (outcome.kind === 'wait') waits.set(own.node, outcome);
      if (outcome.kind !== 'expand') return outcome;
      return own.canExpand ? wrapGraph(outcome) : { kind: 'fail', error: toTaskError(tooDeep(maxDepth)) };
    };
  const wrapGraph = ({ graph, join, kind }: Extract<Outcome, { kind: 'expand' }>): Outcome => ({
    kind,
    graph: {
      nodes: graph.nodes.map((node) => (typeof node.use === 'function' ? { ...node, use: wrap(node.use) } : node)),
    },
    join: typeof join === 'function' ? wrap(join) : join,
  });
  return wrap;
}

/** Carried out of a step that shall not be kept. */
class NotKept extends Error {}

/** What comes of an execution, or what came of it before a crash; the end of the child itself is kept by the call. */
async function keepOutcome(
  parent: HandlerContext,
  step: string,
  isRoot: boolean,
  signal: AbortSignal,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  try {
    const kept = await parent.step(step, async () => {
      outcome = await work();
      const isEnd = isRoot && (outcome.kind === 'done' || outcome.kind === 'fail');
      if (isEnd || signal.aborted || !isJson(outcome)) throw new NotKept();
      return outcome as Json;
    });
    return kept as unknown as Outcome;
  } catch (error) {
    if (outcome && error instanceof NotKept) return outcome;
    throw error;
  }
}

/** The task of a part, counted from the top of all. */
function partOf({ depth, budget }: Task, part: Task, parent: string): Task {
  const levels = budget?.depth === undefined ? {} : { budget: { ...part.budget, depth: budget.depth - part.depth } };
  return { ...part, parent, depth: depth + part.depth, ...levels };
}

function answersOf(resumed: AgentWork['resumed']): JsonObject {
  if (!resumed) return {};
  const { answers, open } = resumed.snapshot as unknown as Waiting;
  return { ...answers, [open]: resumed.answer };
}

/** Whether nothing goes on before somebody answers. */
function isStuck(running: Run<Json>): boolean {
  const active = ['running', 'joining', 'ready', 'suspended'];
  return running.tickets().length > 0 && !Object.values(running.states()).some((state) => active.includes(state));
}
