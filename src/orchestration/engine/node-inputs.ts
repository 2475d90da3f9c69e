import type { Json, JsonObject } from '../../core/json.ts';
import type { TaskError } from '../task/task-error.ts';
import type { NodeRecord } from './node-record.ts';
import type { SkipReason } from './run-event.ts';
import type { RunState } from './run-state.ts';

/** What a node sees of the nodes before it (or below it, when it joins). */
export interface NodeInputs {
  readonly inputs: JsonObject;
  readonly failures: Readonly<Record<string, TaskError>>;
}

/** Outputs and failures of some nodes by their ids, in the given order. */
export function collectInputs(state: RunState, paths: readonly string[]): NodeInputs {
  const inputs: Record<string, Json> = {};
  const failures: Record<string, TaskError> = {};
  for (const path of paths) {
    const node = state.nodes.get(path);
    if (node?.state === 'done') define(inputs, node.id, node.output ?? null);
    if (node?.state === 'failed' && node.error) define(failures, node.id, node.error);
  }
  return { inputs, failures };
}

/** What a built-in join makes of some nodes. */
export function joinOutputs(state: RunState, paths: readonly string[], join: 'all' | 'last'): Json {
  if (join === 'all') return collectInputs(state, paths).inputs;
  const last = paths.findLast((path) => state.nodes.get(path)?.state === 'done');
  return (last === undefined ? undefined : state.nodes.get(last)?.output) ?? null;
}

/** Whether a node whose dependencies are all over runs, or why it does not. */
export function decideStart(state: RunState, node: NodeRecord): 'run' | SkipReason {
  let usable = 0;
  for (const path of node.dependsOn) {
    const dependency = state.nodes.get(path);
    const isBranch = dependency?.state === 'skipped' && dependency.skippedBecause !== 'failure';
    if (dependency?.state === 'done' || (dependency?.state === 'failed' && dependency.failedAs === 'continue')) {
      usable += 1;
    } else if (!isBranch) {
      return 'failure';
    }
  }
  // A branch that was not taken is no obstacle while another one was.
  return node.dependsOn.length === 0 || usable > 0 ? 'run' : 'branch';
}

/** `__proto__` is an id like any other. */
function define<Value>(record: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
