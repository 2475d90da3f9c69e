import { RexError } from '../../core/errors.ts';
import { assertJson, type Json } from '../../core/json.ts';
import type { Usage } from '../task/budget.ts';
import type { HandlerContext } from '../task/handler.ts';
import { checkBudgets, mayExpand } from './budget-check.ts';
import { filterContext } from './context-rule.ts';
import { collectInputs } from './node-inputs.ts';
import { isFinal, type NodeRecord } from './node-record.ts';
import type { RunEventData, RunEventType } from './run-event.ts';
import type { EngineOptions } from './run-options.ts';
import type { RunState } from './run-state.ts';
import { seededRandom } from './seeded-random.ts';
import { addUsage, nothingSpent, type Spent } from './spent.ts';

/** What a context needs of the engine. */
export interface ContextHost {
  readonly state: RunState;
  readonly options: EngineOptions;
  /** Keeps an event, soon. */
  record<Type extends RunEventType>(type: Type, data: RunEventData[Type], node: string, agent: string): void;
  /** Keeps an event now; resolves when it is durable. */
  recordDurably<Type extends RunEventType>(
    type: Type,
    data: RunEventData[Type],
    node: string,
    agent: string,
  ): Promise<void> | undefined;
}

/** An execution of a handler. */
export interface Execution {
  readonly node: NodeRecord;
  readonly agent: string;
  readonly signal: AbortSignal;
  /** End of the time slice. */
  readonly sliceEndsAt: number;
  /** What the handler has accounted for so far. */
  readonly spent: Spent;
}

/** The key that all executions of an attempt share. */
export function idempotencyKey(run: string, { path, attempt, phase, round }: NodeRecord): string {
  return `${run}/${path}#${attempt}${phase === 'join' ? `.join${round}` : ''}`;
}

/** Makes the context for one execution. */
export function makeContext(host: ContextHost, execution: Execution): HandlerContext {
  const { state, options } = host;
  const { node, agent, signal, spent } = execution;
  const { clock } = options;
  const key = idempotencyKey(state.id, node);
  const isJoin = node.phase === 'join';
  const { inputs, failures } = collectInputs(state, isJoin ? node.children : node.dependsOn);
  const isWanted = (): boolean => !signal.aborted && !isFinal(node.state);
  let read = 0;
  return {
    signal,
    run: state.id,
    node: node.path,
    agent,
    attempt: node.attempt,
    idempotencyKey: key,
    phase: node.phase,
    inputs,
    failures,
    context: filterContext(state.context, node.handedTo?.context ?? 'full'),
    snapshot: node.snapshot,
    answer: node.answer,
    replan: node.replan,
    canExpand: mayExpand(state, node, options.maxDepth),
    dependencies: options.dependencies,
    clock,
    now: () => {
      const known = node.values[read++];
      if (known !== undefined) return known;
      const value = clock.now();
      if (isWanted()) host.record('node.value', { value }, node.path, agent);
      return value;
    },
    random: lazily(() => seededRandom(`${state.seed}/${key}.${node.segment}`)),
    shouldYield: () => signal.aborted || state.status !== 'running' || clock.now() >= execution.sliceEndsAt,
    step: async (name, action) => {
      if (Object.hasOwn(node.steps, name)) return node.steps[name] as Awaited<ReturnType<typeof action>>;
      const value = await action();
      assertJson(value, `the value of step "${name}"`);
      if (!isWanted()) throw runCancelled(state.id, 'the node is no longer wanted');
      await host.recordDurably('node.step', { name, value }, node.path, agent);
      return value;
    },
    spend: (usage: Usage) => {
      if (!isWanted()) throw runCancelled(state.id, 'the node is no longer wanted');
      checkBudgets(state, node, usage, clock.now());
      addUsage(spent, usage);
      host.record('node.spent', { usage }, node.path, agent);
    },
    note: (name: string, data: Json) => {
      assertJson(data, 'data');
      if (isWanted()) host.record('node.note', { name, data }, node.path, agent);
    },
  };
}

/** An execution that has spent nothing yet. */
export function beginExecution(parts: Omit<Execution, 'spent'>): Execution {
  return { ...parts, spent: nothingSpent() };
}

/** The error of everything that ends with the run. */
export function runCancelled(run: string, reason: string): RexError<'RUN_CANCELLED'> {
  return new RexError('RUN_CANCELLED', `the run ${run} was cancelled: ${reason}`, { run, reason });
}

function lazily(make: () => () => number): () => number {
  let next: (() => number) | undefined;
  return () => {
    next ??= make();
    return next();
  };
}
