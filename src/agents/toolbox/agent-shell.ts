import { RexError } from '../../core/errors.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import type { Observation, RunOptions, Session } from '../../sandbox/session/session.ts';
import type { JobTable } from './job-table.ts';
import { ShellOutput, shellJob } from './shell-job.ts';

/** How a command in the shell ended, or that it goes on as a job. */
export interface ShellResult {
  readonly state: 'ended' | 'timeout' | 'running' | 'shell-ended';
  /** Null while it runs and after a timeout. */
  readonly exitCode: number | null;
  readonly output: string;
  /** The job that it has become. */
  readonly job?: string | undefined;
}

/** What a shell is made of. */
export interface AgentShellOptions {
  readonly runtime: Runtime;
  readonly jobs: JobTable;
  /** Name of the sessions that it opens. */
  readonly name: string;
  /** The first session; the caller's own stays open at the end. */
  readonly session?: Session | undefined;
  readonly maxOutputBytes: number;
}

/** How one command runs. */
export interface ShellRunOptions {
  readonly timeoutMs: number;
  /** Time after which a command becomes a job. */
  readonly jobAfterMs: number;
  readonly signal: AbortSignal;
}

/**
 * An agent's shell: a session that is opened with the first command, and opened again when a command has ended it or has
 * taken it along as a job.
 */
export class AgentShell {
  readonly #options: AgentShellOptions;
  readonly #opened = new Set<Session>();
  #session: Session | undefined;
  #directory: string | undefined;
  #count = 0;

  constructor(options: AgentShellOptions) {
    this.#options = options;
    this.#session = options.session;
  }

  async run(command: string, { timeoutMs, jobAfterMs, signal }: ShellRunOptions): Promise<ShellResult> {
    const session = await this.#open(signal);
    const output = new ShellOutput();
    const mayBecomeJob = jobAfterMs < timeoutMs;
    const abort = new AbortController();
    const giveUp = (): void => abort.abort(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const limits: RunOptions = {
        ...(Number.isFinite(timeoutMs) && !mayBecomeJob && { timeoutMs }),
        ...(mayBecomeJob && { onOutput: ({ text }) => output.add(text) }),
        signal: abort.signal,
        maxOutputBytes: this.#options.maxOutputBytes,
      };
      const ending = session.run(command, limits);
      if (mayBecomeJob && !(await settlesWithin(ending, jobAfterMs))) {
        return await this.#detach(command, session, ending, output);
      }
      const { output: text, exitCode } = await ending;
      return { state: 'ended', exitCode, output: text };
    } catch (error) {
      return this.#endOf(error);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Closes the sessions that it opened. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((session) => session.close()));
  }

  async #open(signal: AbortSignal): Promise<Session> {
    if (this.#session && this.#session.state !== 'closed') return this.#session;
    const { runtime, name, maxOutputBytes } = this.#options;
    const session = await runtime.createSession({
      session: this.#count++ === 0 ? name : `${name}-${this.#count}`,
      maxOutputBytes,
      signal,
      ...(this.#directory !== undefined && { cwd: this.#directory }),
    });
    this.#session = session;
    this.#opened.add(session);
    return session;
  }

  async #detach(
    command: string,
    session: Session,
    ending: Promise<Observation>,
    output: ShellOutput,
  ): Promise<ShellResult> {
    const { jobs, runtime } = this.#options;
    this.#session = undefined;
    this.#directory = await directoryOf(runtime, session);
    const job = jobs.add(shellJob(jobs.nextId(), command, { session, ending, output }));
    return { state: 'running', exitCode: null, output: output.read(0), job: job.id };
  }

  #endOf(error: unknown): ShellResult {
    if (RexError.is(error, 'COMMAND_TIMEOUT')) {
      return { state: 'timeout', exitCode: null, output: error.context.output };
    }
    if (!RexError.is(error, 'SESSION_ENDED')) throw error;
    this.#session = undefined;
    return { state: 'shell-ended', exitCode: error.context.exitCode, output: error.context.output };
  }
}

/** Where a shell is, as far as the system tells; undefined lets the next one start at the beginning. */
async function directoryOf(runtime: Runtime, { pid }: Session): Promise<string | undefined> {
  if (pid === undefined) return undefined;
  try {
    const { stdout, exitCode } = await runtime.execute(['readlink', '--', `/proc/${pid}/cwd`], { timeoutMs: 5000 });
    return exitCode === 0 && stdout.startsWith('/') ? stdout.replace(/\n$/, '') : undefined;
  } catch {
    return undefined;
  }
}
