import { deferred } from '../../../core/deferred.ts';
import { ByteLog } from '../../../sandbox/process/byte-log.ts';
import { outputText } from '../../../sandbox/process/output-text.ts';
import type { OutputStream } from '../../../sandbox/process/process-handle.ts';
import type { JobLog } from './job-log.ts';

/** Where a job stands. `killed` and `timeout` tell that it did not end by itself. */
export type JobStatus = 'running' | 'exited' | 'killed' | 'timeout';

/** How a job ended. */
export interface JobEnd {
  readonly status: Exclude<JobStatus, 'running'>;
  readonly exitCode?: number | undefined;
  /** What else is to be known, such as the limit that was hit. */
  readonly note?: string | undefined;
}

/** What can be done to a job that runs. */
export interface JobControls {
  write(text: string): Promise<void>;
  closeInput(): Promise<void>;
  /** As control and C would. */
  interrupt(): Promise<void>;
  /** Ends it and all it started. */
  kill(): Promise<void>;
}

/** What a job printed and where it stands, in the words of the tools. */
export interface JobView {
  readonly job: string;
  readonly status: JobStatus;
  readonly exit_code?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly next: number;
  readonly session?: string;
  readonly note?: string;
}

/** A command that runs, or has run, behind a handle. */
export class Job {
  readonly id: string;
  readonly owner: string;
  readonly sandbox: string;
  readonly command: string;
  readonly session: string | undefined;
  readonly log: JobLog;
  readonly startedAt: number;
  controls: JobControls | undefined;
  readonly #stdout: ByteLog;
  readonly #stderr: ByteLog;
  readonly #ended = deferred<void>();
  #end: JobEnd | undefined;

  constructor(facts: Pick<Job, 'id' | 'owner' | 'sandbox' | 'command' | 'session' | 'log'>, shownBytes: number) {
    this.id = facts.id;
    this.owner = facts.owner;
    this.sandbox = facts.sandbox;
    this.command = facts.command;
    this.session = facts.session;
    this.log = facts.log;
    this.startedAt = Date.now();
    this.#stdout = new ByteLog(shownBytes);
    this.#stderr = new ByteLog(shownBytes);
  }

  get status(): JobStatus {
    return this.#end?.status ?? 'running';
  }

  get exitCode(): number | undefined {
    return this.#end?.exitCode;
  }

  get note(): string | undefined {
    return this.#end?.note;
  }

  /** Resolves when it has ended and everything it printed is here. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  receive(stream: OutputStream, data: Uint8Array): void {
    (stream === 'stderr' ? this.#stderr : this.#stdout).append(stream, Buffer.from(data));
    this.log.append(data);
  }

  finish(end: JobEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.controls = undefined;
    this.log.wake();
    this.#ended.resolve();
  }

  /** Head and tail of both streams. */
  view(): JobView {
    const stdout = outputText(this.#stdout);
    const stderr = outputText(this.#stderr);
    return {
      job: this.id,
      status: this.status,
      ...(this.exitCode === undefined ? {} : { exit_code: this.exitCode }),
      stdout: stdout.output,
      stderr: stderr.output,
      truncated: stdout.truncated || stderr.truncated,
      next: this.log.total,
      ...(this.session === undefined ? {} : { session: this.session }),
      ...(this.note === undefined ? {} : { note: this.note }),
    };
  }
}
