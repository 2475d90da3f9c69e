/** How work is ordered: tasks, graphs, scheduling, guards and a journal that survives a crash. */

export { type Clock, systemClock, type TimerOptions } from '../core/clock.ts';
export type { Json, JsonObject } from '../core/json.ts';
export { applyEvent } from './engine/apply-event.ts';
export type { NodeRecord, NodeState } from './engine/node-record.ts';
export { type RecoverOptions, readRunState, recover } from './engine/recover.ts';
export { type OutputOptions, type Run, run } from './engine/run.ts';
export type { RunEvent, RunEventData, RunEventType, SkipReason, StoredJoin, StoredNode } from './engine/run-event.ts';
export type { RunOptions } from './engine/run-options.ts';
export { emptyRunState, formatRunState, type RunState, type RunStatus, type Ticket } from './engine/run-state.ts';
export { type SolveParts, solve, solveHandlers } from './engine/solve.ts';
export type { Spent } from './engine/spent.ts';
export type { Condition, EscalationAnswer, FailurePolicy, GraphSpec, NodeSpec } from './graph/graph.ts';
export { levels } from './graph/levels.ts';
export { graphSpecSchema, validateGraph } from './graph/validate.ts';
export { admission, inputUpTo } from './guards/admission.ts';
export { type ApprovalOptions, approval, gatedTypes } from './guards/approval.ts';
export { type BreakerOptions, breaker } from './guards/breaker.ts';
export { type BudgetGuardOptions, budget } from './guards/budget.ts';
export { type Constraint, constraints } from './guards/constraints.ts';
export { fallback } from './guards/fallback.ts';
export { type Guard, guard } from './guards/guard.ts';
export { type RateLimitOptions, rateLimit } from './guards/rate-limit.ts';
export { type RetryOptions, retry } from './guards/retry.ts';
export { type TimeoutOptions, timeout } from './guards/timeout.ts';
export { type FileJournalOptions, openFileJournal } from './journal/file-journal.ts';
export type { Journal, JournalEvent, ReadOptions, Snapshot, StoredEvent } from './journal/journal.ts';
export type { LogStorage, OpenLogStorage } from './journal/log-file.ts';
export { memoryJournal } from './journal/memory-journal.ts';
export {
  asPolicy,
  type Decision,
  type DecisionPoint,
  decisionPoints,
  type Experience,
  firstConfident,
  type Policy,
  type PolicyLike,
  rules,
} from './policy/policy.ts';
export type { Amounts } from './scheduler/placement.ts';
export { leastLoaded, type Place, type PlaceLoad, type Placement } from './scheduler/placement.ts';
export {
  defaultLanes,
  defaultSliceMs,
  type LaneOptions,
  type LaneStats,
  type Scheduler,
  type SchedulerOptions,
  scheduler,
} from './scheduler/scheduler.ts';
export {
  fifo,
  type PriorityOptions,
  priority,
  roundRobin,
  type SchedulingPolicy,
} from './scheduler/scheduling-policy.ts';
export type { Slice, SliceResult, Work, WorkItem } from './scheduler/work-item.ts';
export type { AgentQuery } from './task/agent-query.ts';
export { agentQuerySchema } from './task/agent-query.ts';
export { type Budget, budgetSchema, type Usage, usageSchema } from './task/budget.ts';
export type { Handler, HandlerContext, HandlerDirectory, HandlerReference } from './task/handler.ts';
export {
  type ContextRule,
  type Done,
  done,
  type Expand,
  type Fail,
  fail,
  type Handoff,
  type Join,
  type Outcome,
  type Suspend,
  type Wait,
} from './task/outcome.ts';
export { parseOutcome } from './task/outcome-schema.ts';
export { type Requires, requiresSchema } from './task/requires.ts';
export { type Task, type TaskSpec, taskSpecSchema } from './task/task.ts';
export { type TaskError, taskErrorSchema, toTaskError } from './task/task-error.ts';
