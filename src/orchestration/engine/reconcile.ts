import { isFinal } from './node-record.ts';
import { isOver, type RunState } from './run-state.ts';
import type { Transitions } from './transitions.ts';

/**
 * Takes a run up where its journal ends, wherever that is: what executed is executed again, what waits is watched, and
 * consequences that were not yet written are drawn again.
 */
export function reconcile(state: RunState, transitions: Transitions): void {
  repeatFailures(state, transitions, state.roots);
  if (!isOver(state)) takeUp(state, transitions, undefined, state.roots);
}

function repeatFailures(state: RunState, transitions: Transitions, paths: readonly string[]): void {
  for (const path of paths) {
    const node = state.nodes.get(path);
    if (node?.state === 'failed' && (node.failedAs === 'fail' || node.failedAs === 'replan')) {
      transitions.repeatFailure(node);
      return;
    }
    // A node that waits has its children behind it: their failure is what somebody is asked about.
    if (node && !isFinal(node.state) && node.state !== 'waiting') repeatFailures(state, transitions, node.children);
  }
}

function takeUp(state: RunState, transitions: Transitions, parent: string | undefined, paths: readonly string[]): void {
  transitions.progress.admit(parent, paths);
  for (const path of paths) {
    const node = state.nodes.get(path);
    switch (node?.state) {
      case 'pending':
        if (transitions.progress.isFree(path)) transitions.consider(path);
        break;
      case 'ready':
      case 'running':
      case 'suspended':
      case 'joining':
        transitions.effects.enqueue.push(path);
        break;
      case 'waiting': {
        const ticket = state.tickets.get(node.ticket ?? '');
        if (ticket) transitions.effects.watch.push(ticket);
        break;
      }
      case 'expanded':
        takeUp(state, transitions, path, node.children);
        break;
    }
  }
  if (transitions.progress.isGraphOver(parent)) transitions.closeGraph(parent);
}
