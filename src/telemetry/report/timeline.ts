import type { NodeState } from '../../orchestration/engine/node-record.ts';
import type { RunStatus } from '../../orchestration/engine/run-state.ts';

/** What a node did for a while: `lost` is work that the end of a process cut off. */
export interface TimelineSpan {
  readonly kind: 'queued' | 'running' | 'waiting' | 'expanded' | 'joining' | 'lost';
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** One line of a node's log. */
export interface TimelineEntry {
  readonly at: number;
  readonly kind: 'state' | 'note' | 'problem' | 'result';
  readonly text: string;
}

/** One node of a run, from its first moment to its last. */
export interface TimelineNode {
  readonly path: string;
  readonly id: string;
  readonly parent: string | undefined;
  /** Who does it: the name of its handler, or its id. */
  readonly agent: string;
  readonly goal: string;
  readonly type: string;
  /** Paths. */
  readonly dependsOn: readonly string[];
  readonly state: NodeState;
  /** Why it was skipped, failed or was cancelled; empty otherwise. */
  readonly reason: string;
  readonly spans: readonly TimelineSpan[];
  readonly log: readonly TimelineEntry[];
  /** Executions, each repetition of a guard and each one after a crash included. */
  readonly executions: number;
  /** Repetitions after failures. */
  readonly retries: number;
  readonly endedAt: number | undefined;
  /** Whether the end of the run waited for it: see {@link Timeline.criticalPath}. */
  readonly isCritical: boolean;
}

/** A time in which no process ran the graph. */
export interface TimelineGap {
  readonly from: number;
  readonly to: number;
}

/** What happened in a run, read from its journal. */
export interface Timeline {
  readonly run: string;
  readonly status: RunStatus;
  /** Why it failed or was cancelled; empty otherwise. */
  readonly reason: string;
  readonly startedAt: number;
  /** Time of the last event. */
  readonly endedAt: number;
  readonly wallMs: number;
  /** Work on the longest chain of tasks that wait for each other. */
  readonly criticalPathMs: number;
  /** Share of the wall time in which the critical path did no work, 0 to 1. */
  readonly overhead: number;
  /**
   * What ends of processes cost: work of {@link criticalPath} that was cut off, from the last step its handler kept, and
   * the time until others went on.
   */
  readonly interruptedMs: number;
  /** Share of the wall time in which nothing of {@link criticalPath} worked and no end of a process was to blame, 0 to 1. */
  readonly coordination: number;
  /** Handlers that executed at the same moment, at most. */
  readonly peak: number;
  /** Nodes that were over when the process ended, and were kept; for all ends together. */
  readonly kept: number;
  /** Nodes whose work was cut off and done again. */
  readonly repeated: number;
  /** Nodes that were over and were executed again: 0, unless the journal is wrong. */
  readonly doneTwice: number;
  readonly gaps: readonly TimelineGap[];
  /** Paths of the nodes that the end waited for, first to last. */
  readonly criticalPath: readonly string[];
  /** In the order of the graph, those of an expansion after the node that expanded. */
  readonly nodes: readonly TimelineNode[];
}
