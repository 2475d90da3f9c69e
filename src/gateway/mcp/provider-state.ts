import type { Clock } from '../../core/clock.ts';
import type { DeploymentSource } from './state/deployment-source.ts';
import { JobDesk, type JobLimits } from './state/job-desk.ts';
import { type McpAgent, RunDesk } from './state/run-desk.ts';
import { SandboxDesk } from './state/sandbox-desk.ts';

/** Bounds of what a provider holds and answers. Sizes in bytes, durations in milliseconds; all optional. */
export interface McpLimits {
  /** Sandboxes of all clients together. Default 32. */
  readonly maxSandboxes?: number | undefined;
  /** A sandbox in which nothing runs and that nobody uses for this long is destroyed. Default 3,600,000. */
  readonly idleSandboxMs?: number | undefined;
  /** Kept of each output stream in a result, head and tail. Default 12 KiB. */
  readonly shownBytes?: number | undefined;
  /** Kept of the whole output of each job. Default 64 MiB. */
  readonly maxLogBytes?: number | undefined;
  /** Ended jobs, and ended runs, that are remembered. Default 200. */
  readonly keptJobs?: number | undefined;
  /** Largest answer of a tool. Default 100,000. */
  readonly maxResultBytes?: number | undefined;
  /** Longest time that a call waits before it answers with a handle. Default 45,000. */
  readonly maxWaitMs?: number | undefined;
}

/** What the tools of a provider share, whoever calls them. */
export interface ProviderState {
  readonly sandboxes: SandboxDesk;
  readonly jobs: JobDesk;
  readonly runs: RunDesk;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Tells that a resource has changed. */
  onUpdate(listener: (uri: string) => void): () => void;
  close(): Promise<void>;
  /** Ends everything of one owner. */
  release(owner: string): Promise<void>;
}

/** What a state is made from. */
export interface StateOptions {
  readonly deployments: () => Promise<Readonly<Record<string, DeploymentSource>>>;
  readonly agents: Readonly<Record<string, McpAgent>>;
  readonly dependencies: Readonly<Record<string, unknown>>;
  readonly limits: McpLimits;
  readonly clock: Clock;
}

const hour = 3_600_000;

/** The state of a provider that has done nothing yet. */
export function makeState({ deployments, agents, dependencies, limits, clock }: StateOptions): ProviderState {
  const listeners = new Set<(uri: string) => void>();
  const tell = (uri: string): void => {
    for (const listener of listeners) listener(uri);
  };
  const keptJobs = limits.keptJobs ?? 200;
  const jobLimits: JobLimits = {
    shownBytes: limits.shownBytes ?? 12 * 1024,
    maxLogBytes: limits.maxLogBytes ?? 64 * 1024 * 1024,
    keptJobs,
  };
  const jobs = new JobDesk(jobLimits, ({ id }) => tell(`job://${id}/log`));
  const runs = new RunDesk(agents, {
    keptRuns: keptJobs,
    dependencies,
    onChange: ({ id }) => tell(`run://${id}/events`),
  });
  const sandboxes = new SandboxDesk({
    deployments,
    clock,
    maxSandboxes: limits.maxSandboxes ?? 32,
    idleMs: limits.idleSandboxMs ?? hour,
    isBusy: (sandbox) => jobs.runningIn(sandbox).length > 0 || runs.worksIn(sandbox),
    onGone: (sandbox) => tell(`sandbox://${sandbox}/`),
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await runs.close();
    await sandboxes.close();
    jobs.close();
  };
  return {
    ...{ sandboxes, jobs, runs, clock, maxWaitMs: limits.maxWaitMs ?? 45_000 },
    onUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      closing ??= close();
      return closing;
    },
    release: async (owner) => {
      await runs.release(owner);
      await sandboxes.release(owner);
      jobs.release(owner);
    },
  };
}
