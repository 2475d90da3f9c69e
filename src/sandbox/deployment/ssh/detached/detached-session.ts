import { RexError } from '../../../../core/errors.ts';
import { randomId } from '../../../../core/ids.ts';
import type { Target, TargetStream } from '../../../target/target.ts';
import { closeScript, readScript, runScript } from './far-scripts.ts';
import { type Persistence, persist } from './persist.ts';
import { askTarget, follow } from './target-calls.ts';

/** A piece of what a detached session printed. */
export interface DetachedOutput {
  /** Number of bytes before it. */
  readonly cursor: number;
  readonly data: Uint8Array;
}

/** A finished command of a detached session. */
export interface DetachedResult {
  /** Everything printed meanwhile, both streams together. */
  readonly output: string;
  readonly exitCode: number;
  /** Where its output begins and ends in that of the session. */
  readonly start: number;
  readonly end: number;
}

/** How a command is waited for, or output read. */
export interface DetachedWaitOptions {
  /** Ends the wait with WAIT_TIMEOUT; the command goes on. Default: none. */
  readonly timeoutMs?: number;
  /** Ends the wait; the command goes on. */
  readonly signal?: AbortSignal;
}

/** Where a reader of output starts, and whether it stays. */
export interface DetachedReadOptions {
  /** First byte wanted. Default 0: everything since the start of the session. */
  readonly after?: number;
  /** With false, the reader ends at what has been printed so far. Default true. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * A shell on the far host that outlives the link, and this program. Each command runs exactly once, also when the link is
 * cut while it is sent: the wait goes on over the next link. It lives until it is closed, or idle for its limit.
 */
export class DetachedSession {
  readonly name: string;
  readonly #target: Target;
  readonly #reconnectTimeoutMs: number;

  constructor(name: string, target: Target, reconnectTimeoutMs: number) {
    this.name = name;
    this.#target = target;
    this.#reconnectTimeoutMs = reconnectTimeoutMs;
  }

  /**
   * Runs a command after those before it; its working directory, variables and functions stay.
   * @throws SESSION_ENDED, WAIT_TIMEOUT; CONNECTION_FAILED or OUTCOME_UNKNOWN when the host stays away
   */
  async run(command: string, options: DetachedWaitOptions = {}): Promise<DetachedResult> {
    const id = randomId();
    const script = runScript(this.name, id, command);
    const expiry = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
    const signals = [options.signal, expiry].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    try {
      const report = await persist(() => askTarget(this.#target, script, signal), this.#persistence(signal));
      const [exitCode, start, end] = report.trim().split(' ').map(Number);
      if (exitCode === undefined || start === undefined || end === undefined) throw this.#ended(command);
      return { output: await this.#text(start, end, options.signal), exitCode, start, end };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (expiry?.aborted) throw tooLate(options.timeoutMs as number);
      throw error;
    }
  }

  /** What the session printed, from any byte on; a link that is cut leaves no gap and repeats nothing. */
  async *read(options: DetachedReadOptions = {}): AsyncGenerator<DetachedOutput, void, undefined> {
    const { follow: stays = true, signal } = options;
    let cursor = options.after ?? 0;
    for (;;) {
      const stream = await persist(
        () => this.#open(readScript(this.name, cursor, stays), signal),
        this.#persistence(signal),
      );
      const { chunks, ended } = follow(stream, signal);
      for await (const data of chunks) {
        yield { cursor, data };
        cursor += data.length;
      }
      signal?.throwIfAborted();
      if ((await ended).lost === undefined) return;
    }
  }

  /** Ends the session and everything that it started there; idempotent. */
  async close(): Promise<void> {
    await persist(() => askTarget(this.#target, closeScript(this.name)), this.#persistence());
  }

  #open(script: string, signal: AbortSignal | undefined): Promise<TargetStream> {
    return this.#target.open(script, signal ? { signal } : {});
  }

  async #text(start: number, end: number, signal: AbortSignal | undefined): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const { cursor, data } of this.read({ after: start, follow: false, ...(signal ? { signal } : {}) })) {
      if (cursor < end) pieces.push(data.subarray(0, end - cursor));
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  #persistence(signal?: AbortSignal): Persistence {
    return { reconnectTimeoutMs: this.#reconnectTimeoutMs, signal };
  }

  #ended(command: string): RexError<'SESSION_ENDED'> {
    const facts = { command, output: '', stdout: '', stderr: '', exitCode: null, signal: null };
    const hint = 'Its shell ended, or it was idle for too long: start another one.';
    const context = { session: this.name, ...facts };
    return new RexError('SESSION_ENDED', `the detached session ${this.name} has ended`, context, { hint });
  }
}

function tooLate(waitedMs: number): RexError<'WAIT_TIMEOUT'> {
  const hint = 'The command goes on: read the output of the session, or close it.';
  return new RexError('WAIT_TIMEOUT', `no end within ${waitedMs} ms`, { waitedMs, output: '' }, { hint });
}
