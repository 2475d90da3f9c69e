import { RexError } from '../../core/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import { defaultMaxOutputBytes } from '../process/command.ts';
import type { ProcessHandle, WaitOptions } from '../process/process-handle.ts';
import { defaultStartupTimeoutMs, type Session, type SessionOptions } from '../session/session.ts';
import { BaseRuntime } from './base-runtime.ts';
import { linkSignals } from './restricted/link-signals.ts';
import { PathGuard } from './restricted/path-guard.ts';
import { RestrictedFiles } from './restricted/restricted-files.ts';
import { RestrictedProcess } from './restricted/restricted-process.ts';
import { RestrictedSession } from './restricted/restricted-session.ts';
import {
  bounded,
  checkCommand,
  checkEnvironment,
  checkLimit,
  checkShell,
  type RuntimePolicy,
  sealPolicy,
} from './restricted/runtime-policy.ts';
import type { Health, ProcessInfo, Runtime } from './runtime.ts';

export type { RuntimePolicy } from './restricted/runtime-policy.ts';

const keptAfterEnd = 64;

/**
 * A view of a runtime for somebody who may do less: a tool, an agent, a plugin. Calls that the policy forbids throw
 * POLICY_DENIED, LIMIT_EXCEEDED or PATH_ESCAPE. It shows only the sessions and processes that were made through it,
 * and closing it ends those alone; what a finished command left in the background ends with the runtime behind it.
 * Neither the view nor anything it returns leads to that runtime. Views can be restricted further.
 *
 * @throws INVALID_ARGUMENT for a policy that means nothing
 */
export function restrict(runtime: Runtime, policy: RuntimePolicy): Runtime {
  return new RestrictedRuntime(runtime, sealPolicy(policy));
}

class RestrictedRuntime extends BaseRuntime {
  readonly files: FileSystem;
  readonly #runtime: Runtime;
  readonly #policy: RuntimePolicy;
  readonly #guard: PathGuard;
  readonly #closing = new AbortController();
  readonly #underway = new Set<Promise<unknown>>();
  readonly #processes = new Map<string, ProcessHandle>();
  readonly #sessions = new Map<string, Session>();
  #starting = 0;
  #closed: Promise<void> | undefined;

  constructor(runtime: Runtime, policy: RuntimePolicy) {
    super();
    this.#runtime = runtime;
    this.#policy = policy;
    this.#guard = new PathGuard(runtime.files, policy.root);
    this.files = new RestrictedFiles(runtime.files, this.#guard, policy, (operation) => this.#assertOpen(operation));
    Object.freeze(this);
  }

  async isAlive(options?: WaitOptions): Promise<Health> {
    if (this.#closed) return { isAlive: false, message: 'the runtime is closed' };
    return await this.#runtime.isAlive(options);
  }

  execute(command: Command, options: CommandOptions = {}): Promise<CommandResult> {
    return this.#do('execute', async () => {
      const given = checkCommand(this.#policy, command);
      const within = await this.#commandOptions(options);
      using link = linkSignals(options.signal, this.#closing.signal);
      return await this.#runtime.execute(given, { ...within, signal: link.signal });
    });
  }

  spawn(command: Command, options: SpawnOptions = {}): Promise<ProcessHandle> {
    return this.#do('spawn', async () => {
      const given = checkCommand(this.#policy, command);
      const handle = await this.#runtime.spawn(given, await this.#commandOptions(options));
      const restricted = new RestrictedProcess(handle, this.#policy);
      this.#processes.set(restricted.id, restricted);
      this.#forgetEnded();
      return restricted;
    });
  }

  async attach(id: string): Promise<ProcessHandle> {
    this.#assertOpen('attach');
    const found = this.#processes.get(id);
    if (found) return found;
    const hint = 'Only processes that were started through this runtime, and only the last that ended, are found.';
    throw new RexError('PROCESS_NOT_FOUND', `no process ${id}`, { id }, { hint });
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    this.#assertOpen('processes');
    return [...this.#processes.values()].map(({ id, command, pid, exit }) => ({ id, command, pid, running: !exit }));
  }

  createSession(options: SessionOptions = {}): Promise<Session> {
    return this.#do('createSession', async () => {
      const given = { ...options };
      checkShell(this.#policy, 'a session');
      checkEnvironment(this.#policy, given);
      checkLimit(this.#policy, 'maxSessions', this.#liveSessions().length + this.#starting + 1);
      this.#starting++;
      try {
        const within = await this.#sessionOptions(given);
        using link = linkSignals(given.signal, this.#closing.signal);
        const session = await this.#runtime.createSession({ ...within, signal: link.signal });
        const restricted = new RestrictedSession(session, this.#policy);
        this.#sessions.set(restricted.name, restricted);
        return restricted;
      } finally {
        this.#starting--;
      }
    });
  }

  session(name = 'default'): Session {
    this.#assertOpen('session');
    const found = this.#liveSessions().find((session) => session.name === name);
    if (found) return found;
    const hint =
      'Create it with `createSession({ session: name })`; only sessions made through this runtime are found.';
    throw new RexError('SESSION_NOT_FOUND', `session ${name} does not exist`, { session: name }, { hint });
  }

  async sessions(): Promise<readonly string[]> {
    this.#assertOpen('sessions');
    return this.#liveSessions().map((session) => session.name);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underway);
    const closings = [...this.#sessions.values()].map((session) => session.close());
    await Promise.all([...closings, ...[...this.#processes.values()].map((handle) => handle[Symbol.asyncDispose]())]);
  }

  /** Runs a call that closing waits for: what it made by then is closed too. */
  async #do<Value>(operation: string, action: () => Promise<Value>): Promise<Value> {
    this.#assertOpen(operation);
    const call = action();
    this.#underway.add(call);
    try {
      return await call;
    } finally {
      this.#underway.delete(call);
    }
  }

  async #commandOptions<Options extends CommandOptions | SpawnOptions>(options: Options): Promise<Options> {
    const given = { ...options };
    checkEnvironment(this.#policy, given);
    checkLimit(this.#policy, 'maxTimeoutMs', given.graceMs ?? 0);
    return {
      ...given,
      ...(await this.#directory(given.cwd, 'start a command in')),
      ...optional('timeoutMs', bounded(this.#policy, 'maxTimeoutMs', given.timeoutMs)),
      ...optional('maxOutputBytes', this.#outputBytes(given.maxOutputBytes)),
    };
  }

  async #sessionOptions(given: SessionOptions): Promise<SessionOptions> {
    const startupSource: string[] = [];
    for (const path of given.startupSource ?? []) startupSource.push(await this.#guard.follow(path, 'source'));
    const startup = bounded(this.#policy, 'maxTimeoutMs', given.startupTimeoutMs, defaultStartupTimeoutMs);
    return {
      ...given,
      startupSource,
      ...(await this.#directory(given.cwd, 'start a session in')),
      ...optional('startupTimeoutMs', startup),
      ...optional('maxOutputBytes', this.#outputBytes(given.maxOutputBytes)),
    };
  }

  async #directory(cwd: string | undefined, operation: string): Promise<{ readonly cwd?: string }> {
    const wanted = cwd ?? this.#policy.root;
    return wanted === undefined ? {} : { cwd: await this.#guard.follow(wanted, operation) };
  }

  #outputBytes(value: number | undefined): number | undefined {
    return bounded(this.#policy, 'maxOutputBytes', value, defaultMaxOutputBytes);
  }

  #liveSessions(): Session[] {
    for (const [name, session] of this.#sessions) if (session.state === 'closed') this.#sessions.delete(name);
    return [...this.#sessions.values()];
  }

  #forgetEnded(): void {
    const ended = [...this.#processes.values()].filter((handle) => handle.exit);
    for (const handle of ended.slice(0, -keptAfterEnd)) this.#processes.delete(handle.id);
  }

  #assertOpen(operation: string): void {
    if (!this.#closed) return;
    const hint = 'Make another one with `restrict`.';
    throw new RexError('RUNTIME_CLOSED', 'the runtime is closed', { operation }, { hint });
  }
}

function optional<Name extends string>(name: Name, value: number | undefined): { readonly [Key in Name]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: number };
}
