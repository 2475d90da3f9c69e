import type { Json, JsonObject } from '../../core/json.ts';
import type { Budget } from '../task/budget.ts';
import type { TaskError } from '../task/task-error.ts';
import { makeNodeRecord, type NodeRecord } from './node-record.ts';
import type { RunEventData } from './run-event.ts';
import { nothingSpent, type Spent } from './spent.ts';

/** Where a run stands. */
export type RunStatus = 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

/** A question that a run waits to have answered. */
export type Ticket = RunEventData['node.waiting'] & { readonly node: string };

/** Everything known about a run; follows from the events alone. */
export interface RunState {
  readonly id: string;
  status: RunStatus;
  seed: string;
  context: JsonObject;
  budget: Budget | undefined;
  join: 'all' | 'last';
  startedAt: number;
  roots: readonly string[];
  readonly nodes: Map<string, NodeRecord>;
  /** Open tickets. */
  readonly tickets: Map<string, Ticket>;
  readonly spent: Spent;
  output: Json | undefined;
  error: TaskError | undefined;
  cancelReason: string | undefined;
}

/** The state before the first event. */
export function emptyRunState(id: string): RunState {
  return {
    id,
    status: 'running',
    seed: '',
    context: {},
    budget: undefined,
    join: 'all',
    startedAt: 0,
    roots: [],
    nodes: new Map(),
    tickets: new Map(),
    spent: nothingSpent(),
    output: undefined,
    error: undefined,
    cancelReason: undefined,
  };
}

/** True for a run that is over. */
export function isOver({ status }: RunState): boolean {
  return status !== 'running' && status !== 'paused';
}

/** A state as JSON; `parseRunState` reads it. */
export function formatRunState(state: RunState): Json {
  const { nodes, tickets, ...rest } = state;
  return { ...rest, nodes: [...nodes.values()], tickets: [...tickets.values()] } as unknown as Json;
}

/** A state from its JSON form. */
export function parseRunState(json: Json): RunState {
  const { nodes, tickets, ...rest } = json as unknown as RunState & { nodes: NodeRecord[]; tickets: Ticket[] };
  return {
    ...emptyRunState(rest.id),
    ...rest,
    nodes: new Map(nodes.map((node) => [node.path, Object.assign(makeNodeRecord(node, node.parent), node)])),
    tickets: new Map(tickets.map((ticket) => [ticket.ticket, ticket])),
  };
}
