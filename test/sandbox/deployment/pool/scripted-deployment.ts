import { type Clock, sleep } from '../../../../src/core/clock.ts';
import { RexError } from '../../../../src/core/errors.ts';
import type { Deployment } from '../../../../src/sandbox/deployment/deployment.ts';
import type { Health, Runtime } from '../../../../src/sandbox/runtime/runtime.ts';
import type { Session, SessionOptions, SessionState } from '../../../../src/sandbox/session/session.ts';

/** A session that does nothing but be there. */
export class ScriptedSession {
  readonly name: string;
  state: SessionState = 'idle';
  readonly #onClose: (session: ScriptedSession) => Promise<void>;

  constructor(name: string, onClose: (session: ScriptedSession) => Promise<void>) {
    this.name = name;
    this.#onClose = onClose;
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    await this.#onClose(this);
    this.state = 'closed';
  }
}

/** What a scripted deployment does; it may change at any time. */
export interface Script {
  readonly type?: string;
  readonly clock: Clock;
  /** Time that a session takes to open and to close. */
  openMs?: () => number;
  closeMs?: () => number;
  /** Why it neither starts nor answers. */
  down?: string | undefined;
  /** What opening throws although it answers. */
  failure?: Error | undefined;
  onOpen?: (options: SessionOptions) => void;
  onClosing?: (session: ScriptedSession) => void;
}

/** A deployment on a given clock whose sessions only count. */
export class ScriptedDeployment {
  readonly type: string;
  readonly script: Script;
  /** Sessions that open, are open, or close. */
  readonly live: Set<ScriptedSession | symbol> = new Set();
  starts = 0;
  stops = 0;
  most = 0;
  #isStarted = false;

  constructor(script: Script) {
    this.type = script.type ?? 'scripted';
    this.script = script;
  }

  /** As what the pool takes it for. */
  get asDeployment(): Deployment {
    return this as unknown as Deployment;
  }

  async start(): Promise<this> {
    if (this.script.down !== undefined) throw new Error(this.script.down);
    this.starts += 1;
    this.#isStarted = true;
    return this;
  }

  async stop(): Promise<void> {
    if (this.#isStarted) this.stops += 1;
    this.#isStarted = false;
    for (const session of this.live) if (session instanceof ScriptedSession) session.state = 'closed';
    this.live.clear();
  }

  async isAlive(): Promise<Health> {
    const message = this.script.down ?? (this.#isStarted ? '' : 'not started');
    return { isAlive: message === '', message };
  }

  get runtime(): Runtime {
    const createSession = (options: SessionOptions) =>
      this.createSession(options) as Promise<unknown> as Promise<Session>;
    return { createSession } as unknown as Runtime;
  }

  async createSession(options: SessionOptions): Promise<ScriptedSession> {
    const { clock, openMs, onOpen, failure } = this.script;
    const seat = Symbol('opening');
    this.#count(seat);
    onOpen?.(options);
    try {
      const wait = openMs?.() ?? 0;
      if (wait > 0) await sleep(clock, wait, options.signal);
      options.signal?.throwIfAborted();
      if (this.script.down !== undefined)
        throw new RexError('CONNECTION_FAILED', this.script.down, { url: '', reason: '' });
      if (failure) throw failure;
    } catch (error) {
      this.live.delete(seat);
      throw error;
    }
    this.live.delete(seat);
    const session = new ScriptedSession(options.session ?? 'default', (closing) => this.#close(closing));
    this.#count(session);
    return session;
  }

  async #close(session: ScriptedSession): Promise<void> {
    const { clock, closeMs, onClosing } = this.script;
    onClosing?.(session);
    const wait = closeMs?.() ?? 0;
    if (wait > 0) await sleep(clock, wait);
    this.live.delete(session);
  }

  #count(one: ScriptedSession | symbol): void {
    this.live.add(one);
    this.most = Math.max(this.most, this.live.size);
  }
}
