import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Session, SessionOptions } from '../session/session.ts';

/** Bounds of a desk. */
export interface SessionDeskLimits {
  readonly maxSessions: number;
  readonly maxOutputBytes: number;
  readonly idleSessionTimeoutMs: number | undefined;
}

interface Entry {
  readonly session: Session;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** The sessions that clients created: counts them, watches their idle time, and closes them at the end. */
export class SessionDesk {
  readonly #runtime: Runtime;
  readonly #limits: SessionDeskLimits;
  readonly #entries = new Map<string, Entry>();
  #starting = 0;

  constructor(runtime: Runtime, limits: SessionDeskLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
  }

  /** How many are open. */
  get size(): number {
    for (const [name, { session }] of this.#entries) if (session.state === 'closed') this.#drop(name);
    return this.#entries.size + this.#starting;
  }

  /** @throws LIMIT_EXCEEDED, and what the runtime throws */
  async create(options: SessionOptions): Promise<Session> {
    const { maxSessions, maxOutputBytes } = this.#limits;
    if (this.size >= maxSessions) throw tooManySessions(maxSessions);
    this.#starting++;
    try {
      const bounded = Math.min(options.maxOutputBytes ?? maxOutputBytes, maxOutputBytes);
      const session = await this.#runtime.createSession({ ...options, maxOutputBytes: bounded });
      this.#drop(session.name);
      const entry: Entry = { session, users: 0, timer: undefined };
      this.#entries.set(session.name, entry);
      this.#watch(entry);
      return session;
    } finally {
      this.#starting--;
    }
  }

  /** Works with a session, which does not count as idle meanwhile. @throws SESSION_NOT_FOUND */
  async use<Value>(name: string, work: (session: Session) => Promise<Value>): Promise<Value> {
    const session = this.#runtime.session(name);
    const entry = this.#entries.get(name);
    if (entry !== undefined) {
      entry.users++;
      clearTimeout(entry.timer);
    }
    try {
      return await work(session);
    } finally {
      if (entry !== undefined) {
        entry.users--;
        this.#watch(entry);
      }
    }
  }

  /** All sessions of the runtime, also those that its owner created. */
  async list(): Promise<readonly Session[]> {
    const names = await this.#runtime.sessions();
    return names.map((name) => this.#runtime.session(name));
  }

  /** @throws SESSION_NOT_FOUND */
  async close(name: string): Promise<void> {
    await this.#runtime.closeSession(name);
    this.#drop(name);
  }

  /** Closes the named ones that clients created, all of them without names. */
  async closeAll(names: readonly string[] = [...this.#entries.keys()]): Promise<void> {
    const entries = names.map((name) => this.#entries.get(name)).filter((entry) => entry !== undefined);
    for (const name of names) this.#drop(name);
    await Promise.all(entries.map(({ session }) => session.close()));
  }

  #watch(entry: Entry): void {
    const limit = this.#limits.idleSessionTimeoutMs;
    if (limit === undefined || entry.users > 0 || this.#entries.get(entry.session.name) !== entry) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void this.closeAll([entry.session.name]).catch(() => {}), limit).unref();
  }

  #drop(name: string): void {
    clearTimeout(this.#entries.get(name)?.timer);
    this.#entries.delete(name);
  }
}

function tooManySessions(maximum: number): RexError<'LIMIT_EXCEEDED'> {
  const hint = 'Close sessions that are no longer used, or raise `maxSessions` of the server.';
  const context = { limit: 'maxSessions', maximum };
  return new RexError('LIMIT_EXCEEDED', `The server has ${maximum} sessions already`, context, { hint });
}
