import { RexError } from '../../core/errors.ts';
import type { TaskError } from '../task/task-error.ts';
import { isFinal, type NodeRecord } from './node-record.ts';
import type { RunState } from './run-state.ts';

/** The failure of a parent whose child has failed: the first cause keeps its code. */
export function parentError(child: NodeRecord, error: TaskError): TaskError {
  const { code, message, retryable } = error;
  const isNested = isFailedNode(error);
  return {
    code,
    message: isNested ? message : `${child.path}: ${message}`,
    retryable,
    context: isNested ? error.context : { failedNode: child.path, ...(error.context ? { cause: error.context } : {}) },
  };
}

/** The error that a failed run rejects with. */
export function runError(error: TaskError): RexError<'NODE_FAILED'> {
  const { code, message, retryable } = error;
  const node = isFailedNode(error) ? String((error.context as { failedNode: unknown }).failedNode) : '';
  return new RexError(
    'NODE_FAILED',
    message,
    { node, error: { code, message, retryable } },
    { retryable, hint: 'The events of the run tell what came before; onFail decides what a failure does.' },
  );
}

/** The nodes of a graph and everything below them that are not over, children first. */
export function openNodes(state: RunState, paths: readonly string[]): NodeRecord[] {
  return paths.flatMap((path) => {
    const node = state.nodes.get(path);
    if (!node || isFinal(node.state)) return [];
    return [...openNodes(state, node.children), node];
  });
}

function isFailedNode({ context }: TaskError): boolean {
  return typeof context === 'object' && context !== null && 'failedNode' in context;
}
