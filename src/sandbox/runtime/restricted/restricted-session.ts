import type { TerminalSize } from '../../process/command.ts';
import type {
  InterruptOptions,
  Observation,
  Pattern,
  RunOptions,
  Session,
  SessionState,
} from '../../session/session.ts';
import { bounded, checkCommandBytes, checkLimit, type RuntimePolicy } from './runtime-policy.ts';

/** A session of a restricted runtime: every run is held to the policy's limits. */
export class RestrictedSession implements Session {
  readonly #session: Session;
  readonly #policy: RuntimePolicy;

  constructor(session: Session, policy: RuntimePolicy) {
    this.#session = session;
    this.#policy = policy;
  }

  get name(): string {
    return this.#session.name;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  get pid(): number | undefined {
    return this.#session.pid;
  }

  get startupOutput(): string {
    return this.#session.startupOutput;
  }

  async run(script: string | Uint8Array, options?: RunOptions): Promise<Observation> {
    const given = typeof script === 'string' ? script : Uint8Array.from(script);
    checkCommandBytes(this.#policy, given);
    return await this.#session.run(given, this.#within(options));
  }

  async send(data: string | Uint8Array): Promise<void> {
    checkCommandBytes(this.#policy, data);
    await this.#session.send(data);
  }

  async waitFor(
    expect: Pattern | readonly Pattern[],
    options?: Omit<RunOptions, 'expect' | 'interactive' | 'validate'>,
  ): Promise<Observation> {
    return await this.#session.waitFor(expect, this.#within(options));
  }

  async interrupt(options: InterruptOptions = {}): Promise<Observation> {
    const given = { ...options };
    checkLimit(this.#policy, 'maxTimeoutMs', given.graceMs ?? 0);
    checkLimit(this.#policy, 'maxTimeoutMs', given.timeoutMs ?? 0);
    return await this.#session.interrupt(given);
  }

  resize(size: TerminalSize): Promise<void> {
    return this.#session.resize(size);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Options of a run with the policy's limits; the session itself has the limit of output that a run does not name. */
  #within(options: RunOptions = {}): RunOptions {
    const given = { ...options };
    const timeoutMs = bounded(this.#policy, 'maxTimeoutMs', given.timeoutMs);
    if (given.maxOutputBytes !== undefined) checkLimit(this.#policy, 'maxOutputBytes', given.maxOutputBytes);
    return timeoutMs === undefined ? given : { ...given, timeoutMs };
  }
}
