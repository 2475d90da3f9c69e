import { RexError } from '../../core/errors.ts';
import { type AgentQuery, describeQuery } from '../task/agent-query.ts';
import type { Handler } from '../task/handler.ts';
import type { Outcome } from '../task/outcome.ts';
import { parseOutcome } from '../task/outcome-schema.ts';
import { toTaskError } from '../task/task-error.ts';
import { type ContextHost, type Execution, makeContext } from './handler-context.ts';
import type { InlineFunctions } from './inline-functions.ts';
import type { NodeRecord } from './node-record.ts';
import type { EngineOptions } from './run-options.ts';

/** Runs the handler of a node once; whatever it throws is a failure. */
export async function invoke(host: ContextHost, inline: InlineFunctions, execution: Execution): Promise<Outcome> {
  const { node } = execution;
  try {
    const handler = findHandler(node, host.options, inline);
    if (!handler) throw handlerUnknown(node);
    const context = makeContext(host, execution);
    const outcome = parseOutcome(await handler(node.task, context), node.path);
    const { executeAtomic } = host.options;
    if (outcome.kind !== 'expand' || context.canExpand || !executeAtomic) return outcome;
    return parseOutcome(await executeAtomic(node.task, context), node.path);
  } catch (error) {
    return { kind: 'fail', error: toTaskError(error) };
  }
}

/** Who executes a node, by name: the query's, or the node's id. */
export function agentOf(node: NodeRecord): string {
  const use = queryOf(node);
  if (!use) return node.id;
  return typeof use === 'string' ? use : (use.name ?? use.capability ?? describeQuery(use));
}

/** The handler that a node needs next; undefined when nobody answers its query. */
export function findHandler(
  node: NodeRecord,
  { directory, use }: Pick<EngineOptions, 'directory' | 'use'>,
  inline: InlineFunctions,
): Handler | undefined {
  const query = queryOf(node);
  if (query) return directory(query);
  if (node.phase === 'join') return inline.joins.get(node.path);
  return inline.handlers.get(node.path) ?? (typeof use === 'function' ? use : undefined);
}

function queryOf(node: NodeRecord): AgentQuery | null {
  if (node.handedTo) return node.handedTo.to;
  if (node.phase === 'execute') return node.use;
  return typeof node.join === 'object' ? node.join.use : null;
}

function handlerUnknown(node: NodeRecord): RexError<'HANDLER_UNKNOWN'> {
  const handler = describeQuery(queryOf(node) ?? 'a function');
  return new RexError(
    'HANDLER_UNKNOWN',
    `${node.path}: nobody answers to ${handler}`,
    { node: node.path, handler },
    { hint: 'Give the run a handler of this name in `handlers`.' },
  );
}
