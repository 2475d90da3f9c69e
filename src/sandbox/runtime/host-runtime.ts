import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { failedError } from '../process/command-error.ts';
import type { ProcessHandle } from '../process/process-handle.ts';
import { ProcessRegistry } from '../process/process-registry.ts';
import type { RunningProcess } from '../process/running-process.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { SessionRegistry } from '../session/session-registry.ts';
import type { ShellSession } from '../session/shell-session.ts';
import { BaseRuntime } from './base-runtime.ts';
import type { ProcessInfo } from './runtime.ts';

/** What tells one started thing, and all it starts, from others. */
export interface StartMark {
  readonly id: string;
  /** Value of the tree's mark in the environment. */
  readonly mark: string;
}

/** A runtime that starts processes and shells itself, knows them by name, and ends them all when it closes. */
export abstract class HostRuntime extends BaseRuntime {
  /** Beginning of every mark of this runtime. */
  protected readonly prefix: string = `${randomId()}.`;
  readonly #processes = new ProcessRegistry();
  readonly #sessions = new SessionRegistry();
  /** Processes that are about to be there. */
  readonly #starting = new Set<Promise<RunningProcess>>();
  #started = 0;
  #closing: Promise<void> | undefined;

  protected abstract startProcess(command: Command, options: SpawnOptions, mark: StartMark): Promise<RunningProcess>;
  protected abstract startSession(name: string, options: SessionOptions, mark: StartMark): Promise<ShellSession>;
  /** Lets everything go, after the processes and sessions; `isUsed` when anything was ever started. */
  protected abstract release(isUsed: boolean): Promise<void>;

  /** Whether something that could not be ended is the caller's concern. */
  protected abstract mustEnd(error: unknown): boolean;

  /** Whether `close` was called. */
  protected get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  async execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    const { check, ...rest } = options;
    const running = await this.#start(command, rest, 'execute');
    const untrack = this.#processes.track(running);
    try {
      const result = await running.result();
      if (check === 'raise' && result.exitCode !== 0) throw failedError(result);
      return result;
    } finally {
      untrack();
    }
  }

  async spawn(command: Command, options: SpawnOptions = {}): Promise<ProcessHandle> {
    const running = await this.#start(command, options, 'spawn');
    this.#processes.keep(running);
    return running;
  }

  async attach(id: string): Promise<ProcessHandle> {
    this.assertOpen('attach');
    return this.#processes.get(id);
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    this.assertOpen('processes');
    return this.#processes.list();
  }

  async createSession(options: SessionOptions = {}): Promise<Session> {
    const mark = this.#mark('createSession');
    return await this.#sessions.add(options.session ?? 'default', (name) => this.startSession(name, options, mark));
  }

  session(name = 'default'): Session {
    this.assertOpen('session');
    return this.#sessions.get(name);
  }

  async sessions(): Promise<readonly string[]> {
    this.assertOpen('sessions');
    return this.#sessions.names();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** @throws RUNTIME_CLOSED */
  protected assertOpen(operation: string): void {
    if (!this.#closing) return;
    const hint = 'Create or start another one.';
    throw new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#starting);
    const ended = await Promise.allSettled([this.#sessions.close(), this.#processes.close()]);
    await this.release(this.#started > 0);
    for (const each of ended) if (each.status === 'rejected' && this.mustEnd(each.reason)) throw each.reason;
  }

  async #start(command: Command, options: SpawnOptions, operation: string): Promise<RunningProcess> {
    const starting = this.startProcess(command, options, this.#mark(operation));
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  #mark(operation: string): StartMark {
    this.assertOpen(operation);
    const number = ++this.#started;
    return { id: `p${number}-${this.prefix.slice(0, 8)}`, mark: `${this.prefix}${number}.` };
  }
}
