import type { Json } from '../../core/json.ts';
import type { GraphSpec } from '../graph/graph.ts';
import { Engine } from './engine.ts';
import { collectFunctions, noInlineFunctions } from './inline-functions.ts';
import type { NodeState } from './node-record.ts';
import type { RunEvent } from './run-event.ts';
import { completeOptions, type RunOptions } from './run-options.ts';
import { emptyRunState, type RunStatus, type Ticket } from './run-state.ts';
import type { Spent } from './spent.ts';
import { storeGraph } from './store-graph.ts';

/** A graph that runs. Iterating gives its events from the first to the last, once each is durable. */
export interface Run<Output extends Json = Json> extends AsyncIterable<RunEvent>, AsyncDisposable {
  readonly id: string;
  /**
   * The output, as soon as it is known and durable. Rejects with `NODE_FAILED`, `RUN_CANCELLED`, `RUN_EXISTS` or the
   * journal's error; handlers may still be ending then (`idle` waits for them).
   */
  readonly result: Promise<Output>;
  readonly status: RunStatus;
  /** States of all nodes by path. */
  states(): Record<string, NodeState>;
  /** What the run waits to be told. */
  tickets(): Ticket[];
  /** What the run has spent. */
  spent(): Spent;
  /**
   * Answers a ticket; throws `TICKET_UNKNOWN` when it is not open. An escalated failure takes an
   * {@link EscalationAnswer}.
   */
  answer(ticket: string, answer: Json): Promise<void>;
  /** Starts nothing more and asks running handlers to suspend; resolves when none executes and the state is kept. */
  pause(): Promise<void>;
  /** Goes on after a pause. */
  resume(): Promise<void>;
  /** Aborts every handler; resolves when all have really ended. Repeated calls do nothing more. */
  cancel(reason?: string): Promise<void>;
  /** Resolves when no handler executes. */
  idle(): Promise<void>;
}

/** Which part of a run's own graph is its output. */
export interface OutputOptions {
  /** `all`: outputs by node, in the order of the graph (default); `last`: the output of the last node that is done. */
  readonly output?: 'all' | 'last';
}

/**
 * Runs a graph. Throws `GRAPH_INVALID` at once for cycles, unknown dependencies, duplicate ids and wrong shapes.
 * Dispose or await it: a run that is dropped goes on.
 */
export function run<Output extends Json = Record<string, Json>>(
  graph: GraphSpec,
  options: RunOptions & OutputOptions = {},
): Run<Output> {
  const complete = completeOptions(options);
  const state = emptyRunState(complete.runId);
  const inline = noInlineFunctions();
  const nodes = storeGraph(graph, { state, use: complete.use });
  collectFunctions(graph, (id) => id, inline);
  const engine = new Engine(state, complete, inline);
  engine.start(nodes, options.output ?? 'all');
  return runOf<Output>(engine);
}

/** The public face of an engine. */
export function runOf<Output extends Json>(engine: Engine): Run<Output> {
  const { state } = engine;
  const cancel = (reason = 'cancelled by the caller'): Promise<void> => engine.cancel(reason);
  return {
    id: state.id,
    result: engine.result.promise as Promise<Output>,
    get status() {
      return state.status;
    },
    states: () => engine.states(),
    tickets: () => [...state.tickets.values()],
    spent: () => ({ ...state.spent }),
    answer: (ticket, answer) => engine.answer(ticket, answer),
    pause: () => engine.pause(),
    resume: () => engine.resume(),
    cancel,
    idle: () => engine.idle(),
    [Symbol.asyncIterator]: () => engine.events[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => cancel('the run was disposed'),
  };
}
