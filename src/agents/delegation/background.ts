import { invalidArgument } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import { CallWaits } from '../tools/call-waits.ts';
import type { AgentWork, ToolContext } from '../tools/tool.ts';
import type { DelegationTerms } from './delegation.ts';
import { checkSubtask, runChild } from './run-child.ts';
import type { Subtask } from './subtask.ts';

/** What was asked of a child, as it is kept. */
interface Asked {
  readonly subtask: Subtask;
  readonly callId: string;
}

/** A child that works while its parent goes on. */
interface Child {
  readonly id: string;
  /** The call that asked for it. */
  readonly callId: string;
  /** Its result; begins it where it has not begun. */
  readonly result: () => Promise<Json>;
  /** The call of `wait` that has handed the result out. */
  takenBy: string | undefined;
}

/** The children of one execution of an agent. */
interface Children {
  readonly byId: Map<string, Child>;
  readonly begun: Set<Promise<Json>>;
  readonly end: AbortController;
}

const NAME = 'delegated';

/**
 * Children in the background. What was asked of them is kept as steps of the parent's node, so that after a crash or a
 * wait they go on where they were as soon as somebody waits for them.
 */
export class Background {
  readonly #terms: DelegationTerms;
  readonly #children = new WeakMap<HandlerContext, Promise<Children>>();

  constructor(terms: DelegationTerms) {
    this.#terms = terms;
  }

  /** Starts a child; answers with its id. */
  async start(subtask: Subtask, call: ToolContext): Promise<Json> {
    const work = workOf(call);
    checkSubtask(this.#terms, subtask, work.task);
    const children = await this.#of(call);
    // A call whose answer was not kept before a crash has its child already.
    const known = [...children.byId.values()].find(({ callId }) => callId === call.callId);
    if (known) return { id: known.id };
    const id = String(children.byId.size + 1);
    const asked = { subtask, callId: call.callId };
    void this.#add(children, id, asked, call).result();
    await work.context.step(`${NAME}:${id}`, () => asked as unknown as Json);
    return { id };
  }

  /** Waits for one, the next or all; what comes of `next` and `all` comes once, `all` in the order of the asking. */
  async wait(until: string, call: ToolContext): Promise<Json> {
    const children = await this.#of(call);
    const open = [...children.byId.values()].filter(({ takenBy = call.callId }) => takenBy === call.callId);
    if (until === 'all') return this.#take(open, call);
    if (until === 'next') {
      if (open.length === 0) return { done: 'nothing is under way' };
      const next = await Promise.race(open.map((child) => whenOver(child)));
      return (await this.#take([next], call))[0] as Json;
    }
    const child = children.byId.get(until);
    if (!child) throw invalidArgument('until', `one of: ${[...children.byId.keys(), 'next', 'all'].join(', ')}`, until);
    return (await this.#take([child], call))[0] as Json;
  }

  async #take(taken: readonly Child[], call: ToolContext): Promise<Json[]> {
    const answers = await Promise.all(taken.map((child) => answerOf(child, call.signal)));
    for (const child of taken) {
      child.takenBy = call.callId;
      await workOf(call).context.step(`${NAME}:${child.id}:taken`, () => call.callId);
    }
    return answers;
  }

  #add(children: Children, id: string, { subtask, callId }: Asked, call: ToolContext): Child {
    const { context, resumed } = workOf(call);
    const waited = resumed?.snapshot as { readonly id?: string; readonly snapshot?: Json } | undefined;
    const isWaited = resumed !== undefined && waited?.id === id;
    // The child outlives the call that starts it, and ends with the parent.
    const signal = AbortSignal.any([children.end.signal, context.signal]);
    let result: Promise<Json> | undefined;
    const begin = (): Promise<Json> => {
      const before = isWaited ? { snapshot: waited?.snapshot ?? null, answer: resumed.answer } : undefined;
      const begun = runChild(this.#terms, subtask, call, { callId, signal, resumed: before });
      begun.catch(() => {});
      children.begun.add(begun);
      return begun;
    };
    const child: Child = {
      id,
      callId,
      takenBy: undefined,
      result: () => {
        result ??= begin();
        return result;
      },
    };
    children.byId.set(id, child);
    return child;
  }

  #of(call: ToolContext): Promise<Children> {
    const { context, defer } = workOf(call);
    const known = this.#children.get(context);
    if (known) return known;
    const children: Children = { byId: new Map(), begun: new Set(), end: new AbortController() };
    defer(async () => {
      children.end.abort();
      await Promise.allSettled(children.begun);
    });
    const restored = this.#restore(children, call);
    this.#children.set(context, restored);
    return restored;
  }

  /** Takes up again what an earlier execution had started. */
  async #restore(children: Children, call: ToolContext): Promise<Children> {
    const { context } = workOf(call);
    for (let number = 1; ; number++) {
      const id = String(number);
      const asked = await recorded(context, `${NAME}:${id}`);
      if (asked === undefined) return children;
      const child = this.#add(children, id, asked as unknown as Asked, call);
      const takenBy = await recorded(context, `${NAME}:${id}:taken`);
      if (typeof takenBy === 'string') child.takenBy = takenBy;
      else void child.result();
    }
  }
}

function workOf({ work }: ToolContext): AgentWork {
  if (!work) throw invalidArgument('context.work', 'the work of an agent', work);
  return work;
}

/** What the parent is told of a child's end; a child that has to wait makes its parent wait. */
async function answerOf(child: Child, signal: AbortSignal): Promise<Json> {
  const { id } = child;
  try {
    return { id, result: await child.result() };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof CallWaits) throw new CallWaits(error.wait, { id, snapshot: error.snapshot });
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The child itself, once it is over either way. */
function whenOver(child: Child): Promise<Child> {
  return child.result().then(
    () => child,
    () => child,
  );
}

/** The value of a step that was taken; undefined where it was not. */
async function recorded(context: HandlerContext, step: string): Promise<Json | undefined> {
  try {
    return await context.step(step, () => {
      throw new Error('not taken');
    });
  } catch {
    return undefined;
  }
}
