import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HandleTable } from './handle-table.ts';
import { Job } from './job.ts';
import { JobLog } from './job-log.ts';
import type { Sandbox } from './sandbox-desk.ts';

/** Bounds of jobs. */
export interface JobLimits {
  /** Kept of each stream in a result. */
  readonly shownBytes: number;
  /** Kept of the whole output of a job. */
  readonly maxLogBytes: number;
  /** Ended jobs that are remembered. */
  readonly keptJobs: number;
}

/** The jobs of all owners, the last ended ones included. */
export class JobDesk {
  readonly #limits: JobLimits;
  readonly #table: HandleTable<Job> = new HandleTable('job', 'Jobs are started by exec and run_code.');
  readonly #onEnd: (job: Job) => void;
  #folder: string | undefined;

  constructor(limits: JobLimits, onEnd: (job: Job) => void) {
    this.#limits = limits;
    this.#onEnd = onEnd;
  }

  /** A job that is about to start. */
  open(sandbox: Sandbox, command: string, session?: string): Job {
    const id = this.#table.mint();
    const log = new JobLog(() => join(this.#directory(), `${id}.log`), this.#limits.maxLogBytes);
    const { owner } = sandbox;
    const job = new Job({ id, owner, sandbox: sandbox.id, command, session, log }, this.#limits.shownBytes);
    this.#table.add(id, owner, job);
    void job.ended.then(() => {
      this.#forgetOldest();
      this.#onEnd(job);
    });
    return job;
  }

  /** Takes back a job that could not be started. */
  withdraw(job: Job): void {
    this.#table.remove(job.id, 'it could not be started');
    job.log.dispose();
  }

  /** @throws HANDLE_UNKNOWN */
  get(handle: string, owner: string): Job {
    return this.#table.get(handle, owner);
  }

  of(owner: string): Job[] {
    return this.#table.of(owner).map(([, job]) => job);
  }

  /** Jobs that run in a sandbox. */
  runningIn(sandbox: string): Job[] {
    return this.#table
      .all()
      .map(([, job]) => job)
      .filter((job) => job.sandbox === sandbox && job.status === 'running');
  }

  /** Forgets all of an owner. */
  release(owner: string): void {
    for (const job of this.of(owner)) this.#forget(job, 'its owner left');
  }

  close(): void {
    for (const [, job] of this.#table.all()) this.#forget(job, 'the server ended');
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #directory(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'hrm-rex-jobs-'));
    return this.#folder;
  }

  #forgetOldest(): void {
    const ended = this.#table.all().filter(([, job]) => job.status !== 'running');
    const { keptJobs } = this.#limits;
    for (const [, job] of ended.slice(0, Math.max(0, ended.length - keptJobs))) {
      this.#forget(job, `only the last ${keptJobs} are kept`);
    }
  }

  #forget(job: Job, reason: string): void {
    this.#table.remove(job.id, reason);
    job.log.dispose();
  }
}
