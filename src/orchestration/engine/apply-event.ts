import type { Usage } from '../task/budget.ts';
import { makeNodeRecord, type NodeRecord, noSteps, noValues } from './node-record.ts';
import type { RunEvent, StoredNode } from './run-event.ts';
import type { RunState } from './run-state.ts';
import { addUsage } from './spent.ts';

/** Moves the state on by one event. The only place where a state changes: a run is the fold of its journal. */
export function applyEvent(state: RunState, event: RunEvent): void {
  if (event.node === undefined) {
    applyToRun(state, event);
    return;
  }
  const node = state.nodes.get(event.node);
  if (node) applyToNode(state, node, event);
}

function applyToRun(state: RunState, event: RunEvent): void {
  switch (event.type) {
    case 'run.started':
      state.seed = event.data.seed;
      state.context = event.data.context;
      state.budget = event.data.budget;
      state.join = event.data.join;
      state.startedAt = event.at;
      state.roots = addNodes(state, undefined, event.data.nodes);
      break;
    case 'run.paused':
      state.status = 'paused';
      break;
    case 'run.resumed':
      state.status = 'running';
      break;
    case 'run.done':
      state.status = 'done';
      state.output = event.data.output;
      break;
    case 'run.failed':
      state.status = 'failed';
      state.error = event.data.error;
      break;
    case 'run.cancelled':
      state.status = 'cancelled';
      state.cancelReason = event.data.reason;
      break;
  }
}

function applyToNode(state: RunState, node: NodeRecord, event: RunEvent): void {
  switch (event.type) {
    case 'node.started':
      node.state = event.data.phase === 'join' ? 'joining' : 'running';
      node.phase = event.data.phase;
      node.startedAt ??= event.at;
      spend(state, node, { steps: 1 });
      break;
    case 'node.done':
      node.state = 'done';
      node.output = event.data.output;
      end(state, node);
      break;
    case 'node.expanded':
      node.state = 'expanded';
      node.phase = 'join';
      node.handedTo = undefined;
      node.round += 1;
      node.join = event.data.join;
      node.children = addNodes(state, node.path, event.data.nodes);
      beginAttempt(node);
      break;
    case 'node.waiting': {
      const ticket = { ...event.data, node: node.path };
      node.state = 'waiting';
      node.waits += 1;
      node.ticket = ticket.ticket;
      node.snapshot = ticket.snapshot;
      state.tickets.set(ticket.ticket, ticket);
      break;
    }
    case 'node.answered':
      // What somebody decides about a failure is the next event; until then the ticket stays open.
      if (state.tickets.get(event.data.ticket)?.escalated) break;
      node.state = 'ready';
      node.answer = event.data.answer;
      closeTicket(state, node);
      beginSegment(node);
      break;
    case 'node.suspended':
      node.state = 'suspended';
      node.snapshot = event.data.snapshot;
      node.answer = undefined;
      beginSegment(node);
      break;
    case 'node.handed-off':
      node.state = 'ready';
      node.handedTo = event.data;
      node.handoffs += 1;
      node.attempt += 1;
      beginAttempt(node);
      break;
    case 'node.retried':
      node.state = 'ready';
      closeTicket(state, node);
      beginAnew(node);
      beginAttempt(node);
      break;
    case 'node.replanned':
      node.state = 'ready';
      beginAnew(node);
      node.replans += 1;
      node.replan = event.data;
      beginAttempt(node);
      break;
    case 'node.failed':
      node.state = 'failed';
      node.error = event.data.error;
      node.failedAs = event.data.policy;
      end(state, node);
      break;
    case 'node.skipped':
      node.state = 'skipped';
      node.skippedBecause = event.data.because;
      break;
    case 'node.cancelled':
      node.state = 'cancelled';
      end(state, node);
      break;
    case 'node.spent':
      spend(state, node, event.data.usage);
      break;
    case 'node.value':
      node.values = [...node.values, event.data.value];
      break;
    case 'node.step':
      node.steps = { ...node.steps, [event.data.name]: event.data.value };
      break;
  }
}

function addNodes(state: RunState, parent: string | undefined, nodes: readonly StoredNode[]): string[] {
  for (const node of nodes) state.nodes.set(node.path, makeNodeRecord(node, parent));
  return nodes.map(({ path }) => path);
}

function spend(state: RunState, node: NodeRecord, usage: Usage): void {
  addUsage(state.spent, usage);
  for (
    let at: NodeRecord | undefined = node;
    at;
    at = at.parent === undefined ? undefined : state.nodes.get(at.parent)
  ) {
    addUsage(at.spent, usage);
  }
}

function beginSegment(node: NodeRecord): void {
  node.segment += 1;
  node.values = noValues;
}

function beginAttempt(node: NodeRecord): void {
  node.segment += 1;
  forget(node);
}

/** Back to the execution of the node's own handler, without children. */
function beginAnew(node: NodeRecord): void {
  node.attempt += 1;
  node.phase = 'execute';
  node.handedTo = undefined;
  node.children = [];
  node.join = undefined;
}

/** A node that is over keeps its result only. */
function end(state: RunState, node: NodeRecord): void {
  closeTicket(state, node);
  forget(node);
}

/** Drops what an attempt has gathered. */
function forget(node: NodeRecord): void {
  node.values = noValues;
  node.steps = noSteps;
  node.snapshot = undefined;
  node.answer = undefined;
}

function closeTicket(state: RunState, node: NodeRecord): void {
  if (node.ticket !== undefined) state.tickets.delete(node.ticket);
  node.ticket = undefined;
}
