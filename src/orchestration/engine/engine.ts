import { type Deferred, deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { assertJson, type Json } from '../../core/json.ts';
import type { Slice } from '../scheduler/work-item.ts';
import type { Outcome } from '../task/outcome.ts';
import { toTaskError } from '../task/task-error.ts';
import { checkBudgets, timeLeft } from './budget-check.ts';
import { EventLog } from './event-log.ts';
import { runError } from './failure-rules.ts';
import { Feeder } from './feeder.ts';
import { beginExecution, type ContextHost, type Execution, runCancelled } from './handler-context.ts';
import type { InlineFunctions } from './inline-functions.ts';
import { agentOf, invoke } from './invoke.ts';
import { isFinal, type NodeRecord, type NodeState } from './node-record.ts';
import { reconcile } from './reconcile.ts';
import { Recorder, type SnapshotReason } from './recorder.ts';
import type { RunEvent, RunEventData, RunEventType, StoredNode } from './run-event.ts';
import type { EngineOptions } from './run-options.ts';
import { isOver, type RunState, type Ticket } from './run-state.ts';
import { TicketTimers } from './tickets.ts';
import { Transitions } from './transitions.ts';

/** Runs one graph: stages what happens, waits until it is durable, then lets it have effects. */
export class Engine implements ContextHost {
  readonly state: RunState;
  readonly options: EngineOptions;
  readonly events: EventLog<RunEvent> = new EventLog<RunEvent>();
  readonly result: Deferred<Json> = deferred<Json>();
  readonly #inline: InlineFunctions;
  readonly #recorder: Recorder;
  readonly #transitions: Transitions;
  readonly #timers: TicketTimers;
  readonly #feeder: Feeder<string>;
  /** Nodes that are queued or execute. */
  readonly #active = new Map<string, AbortController>();
  /** Nodes that came to their turn while the run was paused. */
  #held: string[] = [];
  #executing = 0;
  #wakers: (() => void)[] = [];
  #cleanups: (() => void)[] = [];
  #isHalted = false;
  #isCommitDue = false;

  constructor(state: RunState, options: EngineOptions, inline: InlineFunctions) {
    this.state = state;
    this.options = options;
    this.#inline = inline;
    this.#recorder = new Recorder(state, options.journal, options.clock, this.events);
    this.#transitions = new Transitions(state, options, this.#recorder, inline);
    this.#timers = new TicketTimers(options.clock, (ticket) => this.#expire(ticket));
    this.#feeder = new Feeder(options.scheduler, (path, lane) => this.#submit(path, lane));
  }

  /** Begins a new run. */
  start(nodes: readonly StoredNode[], join: 'all' | 'last'): void {
    const { seed, context, budget } = this.options;
    this.#watch();
    void this.#turn(() => {
      const facts = budget === undefined ? {} : { budget };
      this.#recorder.stage('run.started', { nodes, join, seed, context, ...facts });
      this.#transitions.open(undefined, this.state.roots);
    }, 0);
  }

  /** Goes on with a run whose state was read from a journal. */
  recover(): void {
    this.#watch();
    if (isOver(this.state)) {
      this.#transitions.cancel(this.state.roots, 'the run is over');
      void this.#recorder.commit();
      this.#finish();
      return;
    }
    void this.#turn(() => {
      this.#recorder.stage('run.recovered', {});
      reconcile(this.state, this.#transitions);
    });
  }

  record<Type extends RunEventType>(type: Type, data: RunEventData[Type], node: string, agent: string): void {
    if (this.#isHalted || isOver(this.state)) return;
    this.#recorder.stage(type, data, node, agent);
    if (this.#isCommitDue) return;
    // Nobody waits for these to be durable, so they share the next commit, or their own at the end of the turn.
    this.#isCommitDue = true;
    setImmediate(() => {
      this.#isCommitDue = false;
      void this.#turn(() => {});
    });
  }

  recordDurably<Type extends RunEventType>(
    type: Type,
    data: RunEventData[Type],
    node: string,
    agent: string,
  ): Promise<void> | undefined {
    return this.#turn(() => this.#recorder.stage(type, data, node, agent));
  }

  /** Answers a ticket; resolves when the answer is durable. */
  async answer(ticket: string, answer: Json): Promise<void> {
    assertJson(answer, 'answer');
    const found = this.state.tickets.get(ticket);
    if (!found) throw ticketUnknown(ticket, [...this.state.tickets.keys()]);
    await this.#turn(() => this.#transitions.answer(found, answer, 'answer'));
  }

  /** Starts nothing more; resolves when nothing executes and a snapshot is taken. */
  async pause(): Promise<void> {
    if (this.state.status === 'running') await this.#turn(() => this.#recorder.stage('run.paused', {}));
    await this.idle();
    await this.#snapshot('pause');
  }

  /** Goes on after a pause. */
  async resume(): Promise<void> {
    if (this.state.status !== 'paused') return;
    await this.#turn(() => {
      this.#recorder.stage('run.resumed', {});
      this.#transitions.effects.enqueue.push(...this.#held.splice(0));
    });
  }

  /** Ends the run; resolves when every handler has ended. */
  async cancel(reason: string): Promise<void> {
    await this.#turn(() => {
      this.#recorder.stage('run.cancelled', { reason });
      this.#transitions.cancel(this.state.roots, reason);
    });
    await this.idle();
  }

  /** Resolves when no handler executes. */
  async idle(): Promise<void> {
    while (this.#executing > 0) await new Promise<void>((resolve) => this.#wakers.push(resolve));
    await this.#recorder.quiet();
  }

  /** The states of all nodes by path. */
  states(): Record<string, NodeState> {
    const nodes = [...this.state.nodes.values()];
    return Object.fromEntries(
      nodes.map(({ path, state }) => [path, state === 'pending' && this.#active.has(path) ? 'ready' : state]),
    );
  }

  /** Stages what `action` causes, with all that follows; its effects come when it is durable. */
  #turn(action: () => void, expectedSequence?: number): Promise<void> | undefined {
    if (this.#isHalted || isOver(this.state)) return undefined;
    action();
    this.#transitions.settle();
    const effects = this.#transitions.takeEffects();
    const isEnd = isOver(this.state);
    const perform = (): void => {
      for (const ticket of effects.forget) this.#timers.forget(ticket);
      for (const ticket of effects.watch) if (this.state.tickets.has(ticket.ticket)) this.#timers.watch(ticket);
      for (const path of effects.abort) this.#active.get(path)?.abort(runCancelled(this.state.id, 'no longer wanted'));
      for (const path of effects.enqueue) this.#enqueue(path);
      if (isEnd) this.#finish();
    };
    const durable = this.#recorder.commit(expectedSequence);
    if (!durable) {
      perform();
      return undefined;
    }
    const performed = durable.then(perform);
    performed.catch((error: unknown) => this.#halt(error));
    return performed;
  }

  #enqueue(path: string): void {
    const node = this.#node(path);
    if (this.#isHalted || this.#active.has(path) || isFinal(node.state)) return;
    this.#active.set(path, new AbortController());
    try {
      this.#feeder.add(path, node.lane);
    } catch (error) {
      this.#active.delete(path);
      this.#fail(node, error);
    }
  }

  #submit(path: string, lane: string): void {
    const node = this.#node(path);
    const controller = this.#active.get(path);
    if (!controller) return;
    const { priority, requires } = node.task;
    const run = async (slice: Slice): Promise<{ kind: 'done'; value: undefined }> => {
      await this.#execute(node, controller, slice);
      return { kind: 'done', value: undefined };
    };
    const { signal } = controller;
    const work = { id: path, agent: agentOf(node), lane, priority, requires, signal, run };
    this.options.scheduler.submit(work).catch((error: unknown) => {
      this.#active.delete(path);
      if (!signal.aborted) this.#fail(node, error);
    });
  }

  async #execute(node: NodeRecord, controller: AbortController, slice: Slice): Promise<void> {
    const { path } = node;
    const { signal } = controller;
    if (this.#isHalted || signal.aborted || isFinal(node.state) || this.state.status === 'paused') {
      this.#active.delete(path);
      if (this.state.status === 'paused') this.#held.push(path);
      return;
    }
    try {
      checkBudgets(this.state, node, { steps: 1 }, this.options.clock.now());
    } catch (error) {
      this.#active.delete(path);
      this.#fail(node, error);
      return;
    }
    const { attempt, phase } = node;
    if (phase === 'join') void this.#snapshot('join');
    const agent = agentOf(node);
    this.#executing += 1;
    this.record('node.started', { attempt, phase }, path, agent);
    const execution = beginExecution({ node, agent, signal, sliceEndsAt: slice.endsAt });
    const outcome = await this.#invokeInTime(execution, controller);
    this.#executing -= 1;
    this.#active.delete(path);
    if (outcome.kind === 'expand') void this.#snapshot('plan');
    void this.#turn(() => this.#transitions.conclude(node, outcome, execution));
    if (outcome.kind === 'fail') void this.#snapshot('error');
    for (const wake of this.#wakers.splice(0)) wake();
  }

  /** Aborts a handler when a budget's time is over; the node has failed then, unless it is done all the same. */
  async #invokeInTime(execution: Execution, controller: AbortController): Promise<Outcome> {
    const { clock } = this.options;
    const left = timeLeft(this.state, execution.node, clock.now());
    if (!left) return await invoke(this, this.#inline, execution);
    const stop = clock.setTimer(left.leftMs, () => controller.abort(left.error));
    const outcome = await invoke(this, this.#inline, execution);
    stop();
    const isOver = controller.signal.reason === left.error && outcome.kind !== 'done';
    return isOver ? { kind: 'fail', error: toTaskError(left.error) } : outcome;
  }

  #fail(node: NodeRecord, error: unknown): void {
    void this.#turn(() => this.#transitions.fail(node, toTaskError(error)));
  }

  #expire(name: string): void {
    const ticket = this.state.tickets.get(name);
    if (!ticket) return;
    if (ticket.for === 'time' || ticket.timeoutAnswer !== undefined) {
      const answer = ticket.timeoutAnswer ?? null;
      void this.#turn(() => this.#transitions.answer(ticket, answer, 'timeout'));
    } else {
      this.#fail(this.#node(ticket.node), ticketTimeout(ticket));
    }
  }

  /** The log has everything, so a snapshot that cannot be written only makes a recovery slower. */
  async #snapshot(reason: SnapshotReason): Promise<void> {
    await this.#recorder.snapshot(reason).catch(() => {});
  }

  #watch(): void {
    const { signal, clock, journal, snapshotEveryMs } = this.options;
    const onAbort = (): void => void this.cancel(String(signal?.reason?.message ?? signal?.reason ?? 'aborted'));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#cleanups.push(() => signal?.removeEventListener('abort', onAbort));
    if (signal?.aborted) queueMicrotask(onAbort);
    if (!journal) return;
    let stop = (): void => {};
    const arm = (): void => {
      stop = clock.setTimer(snapshotEveryMs, tick, { background: true });
    };
    const tick = (): void => {
      void this.#snapshot('time');
      arm();
    };
    arm();
    this.#cleanups.push(() => stop());
  }

  #finish(): void {
    const { status, output, error, cancelReason } = this.state;
    if (status === 'done') this.result.resolve(output ?? null);
    else if (status === 'failed' && error) this.result.reject(runError(error));
    else this.result.reject(runCancelled(this.state.id, cancelReason ?? ''));
    this.#close();
  }

  /** The journal takes nothing more: the run stops here and can be recovered from what was acknowledged. */
  #halt(error: unknown): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    const isTaken = RexError.is(error, 'JOURNAL_CONFLICT');
    const reason = isTaken ? runExists(this.state.id) : error;
    for (const controller of this.#active.values()) controller.abort(reason);
    this.result.reject(reason);
    this.#close();
  }

  #close(): void {
    this.#timers.close();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.events.close();
  }

  #node(path: string): NodeRecord {
    return this.state.nodes.get(path) as NodeRecord;
  }
}

function runExists(run: string): RexError<'RUN_EXISTS'> {
  const hint = 'Use recover() to go on with it, or another runId.';
  return new RexError('RUN_EXISTS', `the journal has a run ${run} already`, { run }, { hint });
}

function ticketUnknown(ticket: string, open: readonly string[]): RexError<'TICKET_UNKNOWN'> {
  const hint = 'A ticket is answered once; tickets() lists the open ones.';
  return new RexError('TICKET_UNKNOWN', `no open ticket ${ticket}`, { ticket, open }, { hint });
}

function ticketTimeout({ ticket, node, expiresAt = 0 }: Ticket): RexError<'TICKET_TIMEOUT'> {
  const message = `${node}: nobody answered ${ticket} in time`;
  return new RexError('TICKET_TIMEOUT', message, { node, ticket, expiredAt: expiresAt });
}
