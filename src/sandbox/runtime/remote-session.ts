import type { ErrorCode } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import type { TerminalSize } from '../process/command.ts';
import { assertNotAborted } from '../process/command-error.ts';
import type { InterruptOptions, Observation, Pattern, RunOptions, Session, SessionState } from '../session/session.ts';
import { cutContent } from './remote-content.ts';
import { followRun } from './remote-output.ts';
import { isServerGone, type RexClient } from './remote-rex-client.ts';
import { decodeObservation, encodeRun, type WireObservation, type WireSession } from './remote-session-wire.ts';
import { compact, patternList } from './remote-value-wire.ts';

/** Errors that come with the end of what ran. */
const endings: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COMMAND_TIMEOUT',
  'COMMAND_IDLE_TIMEOUT',
  'COMMAND_ABORTED',
  'COMMAND_FAILED',
  'PROCESS_ENDED',
]);

/** A session of a server; see {@link Session}. Its state is what this client's own calls have seen. */
export class RemoteSession implements Session {
  readonly name: string;
  readonly pid: number | undefined;
  readonly startupOutput: string;
  readonly #client: RexClient;
  readonly #path: string;
  #queue: Promise<unknown> = Promise.resolve();
  #sends: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #running = false;
  #end: RexError<'SESSION_ENDED'> | undefined;
  #closing: Promise<boolean> | undefined;

  constructor(client: RexClient, { name, pid, startupOutput, state }: WireSession) {
    this.#client = client;
    this.#path = `/sessions/${encodeURIComponent(name)}`;
    this.#running = state === 'running';
    this.name = name;
    this.pid = pid;
    this.startupOutput = startupOutput;
  }

  get state(): SessionState {
    if (this.#end !== undefined || this.#closing !== undefined) return 'closed';
    if (this.#calls > 0) return 'busy';
    return this.#running ? 'running' : 'idle';
  }

  run(script: string | Uint8Array, options: RunOptions = {}): Promise<Observation> {
    const turn = this.#counted(this.#queue.then(() => this.#observe('run', script, options)));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  waitFor(
    expect: Pattern | readonly Pattern[],
    options: Omit<RunOptions, 'expect' | 'interactive' | 'validate'> = {},
  ): Promise<Observation> {
    return this.#counted(this.#observe('waitFor', undefined, { ...options, expect }));
  }

  send(data: string | Uint8Array): Promise<void> {
    const turn = this.#sends.then(async () => {
      this.#refuseClosed('send');
      for await (const piece of cutContent(data)) {
        await this.#client.send({ path: `${this.#path}/send`, operation: 'send' }, piece);
      }
    });
    this.#sends = turn.catch(() => {});
    return turn;
  }

  async interrupt({ graceMs, timeoutMs }: InterruptOptions = {}): Promise<Observation> {
    this.#refuseClosed('interrupt');
    const body = compact({ graceMs, timeoutMs });
    const call = { path: `${this.#path}/interrupt`, operation: 'interrupt' };
    const observation = await this.#watched(() => this.#client.post<WireObservation>(call, body));
    this.#running = false;
    return decodeObservation(observation, []);
  }

  async resize(size: TerminalSize): Promise<void> {
    this.#refuseClosed('resize');
    await this.#client.post({ path: `${this.#path}/resize`, operation: 'resize' }, size);
  }

  async close(): Promise<void> {
    await this.end();
  }

  /** Takes note that the server has closed it. */
  markClosed(): void {
    this.#closing ??= Promise.resolve(true);
  }

  /** Closes it and says whether there was anything to close. */
  end(): Promise<boolean> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<boolean> {
    // A shell that ended by itself has lost its name, which may be somebody else's by now.
    if (this.#end !== undefined) return false;
    const call = { path: `${this.#path}/close`, operation: 'closeSession' };
    try {
      return (await this.#client.send<{ readonly closed: boolean }>(call)).closed;
    } catch (error) {
      if (isServerGone(error)) return false;
      throw error;
    }
  }

  async #observe(
    operation: string,
    script: string | Uint8Array | undefined,
    options: RunOptions,
  ): Promise<Observation> {
    assertNotAborted(script === undefined ? operation : Buffer.from(script).toString(), options.signal);
    this.#refuseClosed(operation);
    const patterns = patternList(options.expect);
    const wire = await this.#watched(() => this.#call(operation, script, options));
    const observation = decodeObservation(wire, patterns);
    this.#running = observation.pattern !== undefined;
    return observation;
  }

  async #call(
    operation: string,
    script: string | Uint8Array | undefined,
    options: RunOptions,
  ): Promise<WireObservation> {
    const { onOutput, signal } = options;
    const call = { path: `${this.#path}/run`, operation, signal };
    const body = encodeRun(script, options);
    if (!onOutput) return await this.#client.post(call, body);
    const outputId = randomId(32);
    const followed = followRun(this.#client, outputId, onOutput, signal);
    try {
      const wire = await this.#client.post<WireObservation>(
        { ...call, signal: followed.signal },
        { ...body, outputId },
      );
      await followed.rest();
      return wire;
    } catch (error) {
      if (RexError.is(error) && (endings.has(error.code) || error.code === 'SESSION_ENDED')) await followed.rest();
      followed.stop();
      throw error;
    }
  }

  async #counted<Value>(call: Promise<Value>): Promise<Value> {
    this.#calls++;
    try {
      return await call;
    } finally {
      this.#calls--;
    }
  }

  async #watched<Value>(call: () => Promise<Value>): Promise<Value> {
    try {
      return await call();
    } catch (error) {
      if (RexError.is(error, 'SESSION_ENDED')) this.#end = error;
      if (RexError.is(error) && endings.has(error.code)) this.#running = false;
      throw error;
    }
  }

  #refuseClosed(operation: string): void {
    if (this.#end !== undefined)
      throw ended(this.name, operation, this.#end.context.exitCode, this.#end.context.signal);
    if (this.#closing !== undefined) throw ended(this.name, operation, null, null);
  }
}

function ended(session: string, command: string, exitCode: number | null, signal: string | null): RexError {
  const how =
    signal !== null ? `was ended by ${signal}` : exitCode === null ? 'is closed' : `exited with code ${exitCode}`;
  const context = { session, command, output: '', stdout: '', stderr: '', exitCode, signal };
  const hint = 'Create the session again: its name is free.';
  return new RexError('SESSION_ENDED', `the shell of session ${session} ${how}`, context, { hint });
}
