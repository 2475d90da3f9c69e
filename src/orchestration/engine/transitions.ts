import { invalidArgument, RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { EscalationAnswer, FailurePolicy } from '../graph/graph.ts';
import type { Expand, Outcome, Wait } from '../task/outcome.ts';
import { type TaskError, toTaskError } from '../task/task-error.ts';
import { mayExpand, remainder } from './budget-check.ts';
import { openNodes, parentError } from './failure-rules.ts';
import type { Execution } from './handler-context.ts';

import { collectFunctions, type InlineFunctions } from './inline-functions.ts';
import { collectInputs, decideStart, joinOutputs } from './node-inputs.ts';
import { isFinal, type NodeRecord } from './node-record.ts';
import { Progress } from './progress.ts';
import type { Recorder } from './recorder.ts';
import type { RunEventData, SkipReason } from './run-event.ts';
import type { EngineOptions } from './run-options.ts';
import { isOver, type RunState, type Ticket } from './run-state.ts';
import { childPath, storeGraph, storeJoin } from './store-graph.ts';

/** What follows from transitions once they are durable. */
export interface Effects {
  /** Nodes to be queued. */
  readonly enqueue: string[];
  /** Nodes whose execution is no longer wanted. */
  readonly abort: string[];
  /** Tickets to be watched. */
  readonly watch: Ticket[];
  /** Tickets that are closed. */
  readonly forget: string[];
}

/** No effects. */
export function noEffects(): Effects {
  return { enqueue: [], abort: [], watch: [], forget: [] };
}

/**
 * The rules by which nodes move on. Each method stages events and collects effects; {@link settle} then draws every
 * consequence, so that one commit holds a cause with all that follows from it.
 */
export class Transitions {
  readonly progress: Progress;
  effects: Effects = noEffects();
  readonly #state: RunState;
  readonly #options: EngineOptions;
  readonly #recorder: Recorder;
  readonly #inline: InlineFunctions;
  #over: NodeRecord[] = [];

  constructor(state: RunState, options: EngineOptions, recorder: Recorder, inline: InlineFunctions) {
    this.#state = state;
    this.#options = options;
    this.#recorder = recorder;
    this.#inline = inline;
    this.progress = new Progress(state);
  }

  /** Takes up a graph: its free nodes start, an empty graph is over. */
  open(parent: string | undefined, paths: readonly string[]): void {
    this.progress.admit(parent, paths);
    for (const path of paths) if (this.progress.isFree(path)) this.consider(path);
    if (this.progress.isGraphOver(parent)) this.closeGraph(parent);
  }

  /** Starts or skips a node before which nothing is open. */
  consider(path: string): void {
    const node = this.#node(path);
    if (node.state !== 'pending') return;
    const decision = decideStart(this.#state, node);
    if (decision !== 'run') {
      this.#skip(node, decision);
      return;
    }
    try {
      if (this.#conditionHolds(node)) this.effects.enqueue.push(path);
      else this.#skip(node, 'condition');
    } catch (error) {
      this.fail(node, toTaskError(error));
    }
  }

  /** Takes what a handler answered. */
  conclude(node: NodeRecord, outcome: Outcome, execution: Execution): void {
    if (isFinal(node.state)) return;
    const { path } = node;
    const usage = 'usage' in outcome ? remainder(outcome.usage, execution.spent) : undefined;
    if (usage) this.#recorder.stage('node.spent', { usage }, path);
    switch (outcome.kind) {
      case 'done': {
        const { output, confidence, usage: used } = outcome;
        this.#finish(node, output, { confidence, usage: used }, execution.agent);
        break;
      }
      case 'fail':
        this.fail(node, outcome.error, execution.agent);
        break;
      case 'expand':
        this.#expand(node, outcome);
        break;
      case 'wait':
        this.#wait(node, outcome);
        break;
      case 'suspend':
        this.#recorder.stage('node.suspended', { snapshot: outcome.snapshot }, path);
        this.effects.enqueue.push(path);
        break;
      case 'handoff':
        if (node.handoffs >= this.#options.maxHandoffs) {
          this.fail(node, limitExceeded('maxHandoffs', this.#options.maxHandoffs));
          return;
        }
        this.#recorder.stage('node.handed-off', { to: outcome.to, context: outcome.context }, path);
        this.effects.enqueue.push(path);
        break;
    }
  }

  /** Takes a failure, by the policy of the node. */
  fail(node: NodeRecord, error: TaskError, agent?: string): void {
    if (node.onFail !== 'escalate') {
      this.failAs(node, error, node.onFail, agent);
      return;
    }
    const ticket = `${node.path}:${node.waits + 1}`;
    const request = { escalated: error.message, answers: ['retry', 'skip', 'fail', 'done'] };
    this.#recorder.stage('node.waiting', { for: 'approval', request, ticket, escalated: error }, node.path, agent);
  }

  /** Takes a failure by a given policy. */
  failAs(node: NodeRecord, error: TaskError, wanted: FailurePolicy, agent?: string): void {
    const parent = node.parent === undefined ? undefined : this.#node(node.parent);
    const canReplan = parent !== undefined && parent.replans < this.#options.maxReplans;
    const policy = wanted === 'replan' && !canReplan ? 'fail' : wanted;
    if (node.ticket !== undefined) this.effects.forget.push(node.ticket);
    this.#recorder.stage('node.failed', { error, policy }, node.path, agent);
    this.#afterFailure(node, error, policy);
  }

  /** Draws again what follows from a failure that is known already. */
  repeatFailure(node: NodeRecord): void {
    if (node.error && node.failedAs) this.#afterFailure(node, node.error, node.failedAs);
  }

  /** Takes an answer to a ticket. */
  answer({ ticket, node: path, escalated }: Ticket, answer: Json, by: 'answer' | 'timeout'): void {
    const node = this.#node(path);
    const decision = escalated && parseEscalation(answer);
    this.effects.forget.push(ticket);
    this.#recorder.stage('node.answered', { ticket, answer, by }, path);
    if (!decision) {
      this.effects.enqueue.push(path);
    } else if (decision.action === 'retry') {
      this.#recorder.stage('node.retried', {}, path);
      this.effects.enqueue.push(path);
    } else if (decision.action === 'done') {
      this.#finish(node, decision.output, {});
    } else {
      this.failAs(node, escalated, decision.action);
    }
  }

  /** Cancels nodes and everything below them. */
  cancel(paths: readonly string[], reason: string): void {
    for (const { path, ticket } of openNodes(this.#state, paths)) {
      if (ticket !== undefined) this.effects.forget.push(ticket);
      this.effects.abort.push(path);
      this.#recorder.stage('node.cancelled', { reason }, path);
    }
  }

  /** A graph whose nodes are all over: joins them. */
  closeGraph(parent: string | undefined): void {
    if (parent === undefined) {
      if (isOver(this.#state)) return;
      const output = joinOutputs(this.#state, this.#state.roots, this.#state.join);
      this.#recorder.stage('run.done', { output });
      return;
    }
    const node = this.#node(parent);
    if (node.state !== 'expanded') return;
    if (node.join === 'all' || node.join === 'last') {
      this.#finish(node, joinOutputs(this.#state, node.children, node.join), {});
    } else {
      this.effects.enqueue.push(parent);
    }
  }

  /** Draws all consequences of nodes that are over. */
  settle(): void {
    for (let node = this.#over.pop(); node; node = this.#over.pop()) {
      for (const path of this.progress.conclude(node)) this.consider(path);
      if (this.progress.isGraphOver(node.parent)) this.closeGraph(node.parent);
    }
  }

  /** Hands out the effects collected so far. */
  takeEffects(): Effects {
    const { effects } = this;
    this.effects = noEffects();
    return effects;
  }

  #afterFailure(node: NodeRecord, error: TaskError, policy: FailurePolicy): void {
    if (policy === 'skip' || policy === 'continue') {
      this.#over.push(node);
      return;
    }
    const parent = node.parent === undefined ? undefined : this.#node(node.parent);
    this.cancel(parent?.children ?? this.#state.roots, `${node.path} failed`);
    if (!parent) {
      this.#recorder.stage('run.failed', { error: parentError(node, error) });
    } else if (policy === 'replan') {
      this.#recorder.stage('node.replanned', { node: node.path, error }, parent.path);
      this.effects.enqueue.push(parent.path);
    } else {
      this.fail(parent, parentError(node, error));
    }
  }

  #expand(node: NodeRecord, { graph, join }: Expand): void {
    const { maxDepth, maxRounds, use } = this.#options;
    if (!mayExpand(this.#state, node, maxDepth)) {
      this.fail(node, limitExceeded('maxDepth', maxDepth));
      return;
    }
    if (node.round >= maxRounds) {
      this.fail(node, limitExceeded('maxRounds', maxRounds));
      return;
    }
    try {
      const nodes = storeGraph(graph, { state: this.#state, parent: node, use });
      collectFunctions(graph, (id) => childPath(node, id), this.#inline);
      if (typeof join === 'function') this.#inline.joins.set(node.path, join);
      this.#recorder.stage('node.expanded', { nodes, join: storeJoin(join) }, node.path);
    } catch (error) {
      this.fail(node, toTaskError(error));
      return;
    }
    this.open(node.path, node.children);
  }

  #wait(node: NodeRecord, outcome: Wait): void {
    const { kind: _, timeoutMs, ticket = `${node.path}:${node.waits + 1}`, ...rest } = outcome;
    const isEndless = outcome.for === 'time' && timeoutMs === undefined;
    if (isEndless || this.#state.tickets.has(ticket)) {
      const problem = isEndless ? 'a wait for time needs timeoutMs' : `the ticket "${ticket}" is open already`;
      this.fail(node, { code: 'OUTCOME_INVALID', message: `${node.path}: ${problem}`, retryable: false });
      return;
    }
    const expiresAt = timeoutMs === undefined ? {} : { expiresAt: this.#options.clock.now() + timeoutMs };
    this.#recorder.stage('node.waiting', { ...rest, ticket, ...expiresAt }, node.path);
    this.effects.watch.push(this.#state.tickets.get(ticket) as Ticket);
  }

  #finish(node: NodeRecord, output: Json, more: Omit<RunEventData['node.done'], 'output'>, agent?: string): void {
    const { confidence, usage } = more;
    const facts = { ...(confidence === undefined ? {} : { confidence }), ...(usage === undefined ? {} : { usage }) };
    this.#recorder.stage('node.done', { output, ...facts }, node.path, agent);
    this.#over.push(node);
  }

  #skip(node: NodeRecord, because: SkipReason): void {
    this.#recorder.stage('node.skipped', { because }, node.path);
    this.#over.push(node);
  }

  #conditionHolds(node: NodeRecord): boolean {
    if (node.when === undefined) return true;
    const condition = node.when === null ? this.#inline.conditions.get(node.path) : this.#options.conditions[node.when];
    if (!condition) throw invalidArgument('when', 'the name of a condition of the run', node.when);
    return condition(collectInputs(this.#state, node.dependsOn).inputs);
  }

  #node(path: string): NodeRecord {
    return this.#state.nodes.get(path) as NodeRecord;
  }
}

function parseEscalation(answer: Json): EscalationAnswer {
  const action = typeof answer === 'object' && answer !== null && 'action' in answer ? answer.action : undefined;
  if (action === 'retry' || action === 'fail' || action === 'skip') return { action };
  if (action === 'done') return { action, output: (answer as { output?: Json }).output ?? null };
  throw invalidArgument('answer', '{ action: "retry" | "skip" | "fail" | "done" }', answer);
}

function limitExceeded(limit: string, maximum: number): TaskError {
  const message = `the limit ${limit} of ${maximum} is reached`;
  return toTaskError(new RexError('LIMIT_EXCEEDED', message, { limit, maximum }));
}
