import { RexError } from '../../core/errors.ts';
import { defaultMaxOutputBytes, type TerminalSize } from '../process/command.ts';
import { failedError } from '../process/command-error.ts';
import {
  type BashObservation,
  bashObservation,
  closeSessionResponse,
  fallbackMarker,
  promptMarker,
} from '../protocol/swe-rex-responses.ts';
import { toPythonPattern } from '../protocol/to-python-pattern.ts';
import type { InterruptOptions, Observation, Pattern, RunOptions, Session, SessionState } from '../session/session.ts';
import type { SweRexClient } from './remote-swe-rex-client.ts';
import { cutOutput } from './remote-swe-rex-output.ts';
import { refuseOptions, unsupported } from './remote-swe-rex-unsupported.ts';
import { patternList } from './remote-value-wire.ts';

/** Evaluates to the status of the command before it, and changes nothing. */
const statusProbe = '(exit $?)';

/** A session of a SWE-ReX server; see {@link Session}. */
export class SweRexSession implements Session {
  readonly name: string;
  readonly pid = undefined;
  readonly startupOutput: string;
  readonly #client: SweRexClient;
  readonly #maxOutputBytes: number;
  #queue: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #running = false;
  #closed = false;

  constructor(
    client: SweRexClient,
    name: string,
    startupOutput: string,
    maxOutputBytes: number = defaultMaxOutputBytes,
  ) {
    this.#client = client;
    this.#maxOutputBytes = maxOutputBytes;
    this.name = name;
    this.startupOutput = startupOutput;
  }

  get state(): SessionState {
    if (this.#closed) return 'closed';
    if (this.#calls > 0) return 'busy';
    return this.#running ? 'running' : 'idle';
  }

  run(script: string | Uint8Array, options: RunOptions = {}): Promise<Observation> {
    const turn = this.#queue.then(() => this.#run(toText(script), options));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async waitFor(): Promise<Observation> {
    throw unsupported('wait for a running program');
  }

  async send(): Promise<void> {
    throw unsupported('input without a newline');
  }

  async resize(_size: TerminalSize): Promise<void> {
    throw unsupported('change of the terminal size');
  }

  async interrupt({ graceMs }: InterruptOptions = {}): Promise<Observation> {
    const startedAt = performance.now();
    const answer = await this.#interrupt(graceMs);
    return this.#observation(answer.output, 0, {}, startedAt);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const request = { session: this.name, session_type: 'bash' };
    const call = { operation: 'closeSession', session: this.name };
    try {
      await this.#client.post('/close_session', closeSessionResponse, call, request);
    } catch (error) {
      if (!RexError.is(error, 'SESSION_NOT_FOUND')) throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(command: string, options: RunOptions): Promise<Observation> {
    refuseOptions(options, { idleTimeoutMs: 'limit of silence', onOutput: 'output of a session while it runs' });
    const startedAt = performance.now();
    const patterns = patternList(options.expect);
    const expect = patterns.map(toPythonPattern);
    const watched = expect.length > 0 || options.interactive === true;
    this.#calls++;
    try {
      const answer = await this.#act(command, options, { expect, check: watched ? 'ignore' : 'silent' });
      const index = expect.indexOf(answer.expect_string);
      const ended = answer.expect_string === promptMarker || answer.expect_string === fallbackMarker || index < 0;
      this.#running = !ended;
      if (!ended) return this.#observation(answer.output, null, matchOf(patterns[index], answer), startedAt, options);
      const probe = watched ? await this.#act(statusProbe, {}, { expect: [], check: 'silent' }) : answer;
      const observation = this.#observation(answer.output, probe.exit_code, {}, startedAt, options);
      if (options.check === 'raise' && observation.exitCode !== 0) {
        throw failedError({ ...observation, command, signal: null });
      }
      return observation;
    } catch (error) {
      if (RexError.is(error, 'SESSION_ENDED')) this.#closed = true;
      throw error;
    } finally {
      this.#calls--;
    }
  }

  async #act(
    command: string,
    { timeoutMs, interactive = false, signal }: RunOptions,
    how: { readonly expect: readonly string[]; readonly check: 'silent' | 'ignore' },
  ): Promise<BashObservation> {
    const timeout = timeoutMs === undefined ? null : timeoutMs / 1000;
    const flags = { is_interactive_command: interactive, is_interactive_quit: false, error_msg: '' };
    const request = { action_type: 'bash', command, session: this.name, timeout, ...flags, ...how };
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const call = { operation: 'run', session: this.name, command, signal, ...limit };
    try {
      return await this.#client.post('/run_in_session', bashObservation, call, request);
    } catch (error) {
      if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
      throw await this.#stopped(error);
    }
  }

  /** SWE-ReX leaves a command that took too long running; an interrupt ends it and brings what it printed. */
  async #stopped(error: RexError<'COMMAND_TIMEOUT'>): Promise<RexError<'COMMAND_TIMEOUT'>> {
    const { message, hint, context } = error;
    const { output } = await this.#interrupt(undefined).catch(() => ({ output: context.output }));
    return new RexError(
      'COMMAND_TIMEOUT',
      message,
      { ...context, output, stdout: output },
      { cause: error, ...(hint === undefined ? {} : { hint }) },
    );
  }

  async #interrupt(graceMs: number | undefined): Promise<BashObservation> {
    const request = {
      action_type: 'bash_interrupt',
      session: this.name,
      ...(graceMs === undefined ? {} : { timeout: graceMs / 1000, n_retry: 1 }),
    };
    const call = { operation: 'interrupt', session: this.name };
    const answer = await this.#client.post('/run_in_session', bashObservation, call, request);
    this.#running = false;
    return answer;
  }

  #observation(
    output: string,
    exitCode: number | null,
    match: Partial<Pick<Observation, 'matched' | 'pattern'>>,
    startedAt: number,
    { maxOutputBytes = this.#maxOutputBytes }: RunOptions = {},
  ): Observation {
    return {
      ...cutOutput({ output, stdout: output, stderr: '' }, maxOutputBytes),
      exitCode,
      matched: match.matched,
      pattern: match.pattern,
      backgroundOutput: '',
      failureReason: '',
      durationMs: performance.now() - startedAt,
    };
  }
}

/** SWE-ReX says which pattern matched, never which text; for a RegExp the pattern stands for it. */
function matchOf(pattern: Pattern | undefined, answer: BashObservation): Pick<Observation, 'matched' | 'pattern'> {
  return { pattern, matched: typeof pattern === 'string' ? pattern : answer.expect_string };
}

function toText(script: string | Uint8Array): string {
  if (typeof script === 'string') return script;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(script);
  } catch {
    throw unsupported('script that is no text');
  }
}
