import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { GraphSpec } from '../graph/graph.ts';
import type { Journal } from '../journal/journal.ts';
import { applyEvent } from './apply-event.ts';
import { Engine } from './engine.ts';
import { collectFunctions, type InlineFunctions, noInlineFunctions } from './inline-functions.ts';
import { findHandler } from './invoke.ts';
import { isFinal, type NodeRecord } from './node-record.ts';
import { type Run, runOf } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { completeOptions, type EngineOptions, type RunOptions } from './run-options.ts';
import { emptyRunState, isOver, parseRunState, type RunState } from './run-state.ts';

/** What a recovery needs. */
export interface RecoverOptions extends Omit<RunOptions, 'runId' | 'seed' | 'context' | 'budget'> {
  readonly journal: Journal;
  /** The run's own graph again, when its handlers or conditions are functions. */
  readonly graph?: GraphSpec;
}

/**
 * Goes on with a run from its journal: what was done is not executed again, what executed when the process died is
 * executed again with the same idempotency key, and a run that is over gives its result. Throws `RUN_NOT_FOUND`, and
 * `RUN_NOT_RECOVERABLE` when a part that is still needed is a function that the journal could not keep.
 */
export async function recover<Output extends Json = Record<string, Json>>(
  runId: string,
  options: RecoverOptions,
): Promise<Run<Output>> {
  const state = await readRunState(options.journal, runId);
  if (!state) throw new RexError('RUN_NOT_FOUND', `the journal has no run ${runId}`, { run: runId });
  const complete = completeOptions({ ...options, runId });
  const inline = noInlineFunctions();
  if (options.graph) collectFunctions(options.graph, (id) => id, inline);
  if (!isOver(state)) for (const node of state.nodes.values()) requireRecoverable(node, state, complete, inline);
  const engine = new Engine(state, { ...complete, seed: state.seed, context: state.context }, inline);
  engine.recover();
  return runOf<Output>(engine);
}

/** The state of a run after everything in its journal, or after `sequence`; undefined when there is no such run. */
export async function readRunState(
  journal: Journal,
  runId: string,
  sequence: number = Number.POSITIVE_INFINITY,
): Promise<RunState | undefined> {
  const snapshot = await journal.latest(runId, sequence);
  const state = snapshot ? parseRunState(snapshot.state) : emptyRunState(runId);
  let isKnown = snapshot !== undefined;
  for await (const event of journal.read(runId, { from: (snapshot?.sequence ?? 0) + 1 })) {
    if (event.sequence > sequence) break;
    applyEvent(state, event as unknown as RunEvent);
    isKnown = true;
  }
  return isKnown ? state : undefined;
}

function requireRecoverable(node: NodeRecord, state: RunState, options: EngineOptions, inline: InlineFunctions): void {
  if (isFinal(node.state)) return;
  const { path, when, use, join } = node;
  const refuse = (part: 'handler' | 'condition' | 'join'): never => {
    const hint = 'Name handlers and conditions in graphs that must survive, or pass the graph of the run again.';
    const message = `${state.id} cannot be recovered: the ${part} of ${path} is a function`;
    throw new RexError('RUN_NOT_RECOVERABLE', message, { node: path, part }, { hint });
  };
  if (node.state === 'pending' && when === null && !inline.conditions.has(path)) refuse('condition');
  if (use === null && node.phase === 'execute' && !node.handedTo && !findHandler(node, options, inline)) {
    refuse('handler');
  }
  if (typeof join === 'object' && join.use === null && !node.handedTo) refuse('join');
}
