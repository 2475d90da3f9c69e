import { deferred } from '../../../core/deferred.ts';
import { RexError } from '../../../core/errors.ts';
import type { TerminalSize } from '../../process/command.ts';
import { assertNotAborted, failedError } from '../../process/command-error.ts';
import { outputText } from '../../process/output-text.ts';
import { expectPattern, toPatterns } from '../../session/expect.ts';
import type { Observation, Pattern, RunOptions, Session, SessionOptions, SessionState } from '../../session/session.ts';
import { noProgram, sessionBusy, sessionEnded } from '../../session/session-errors.ts';
import { answerWithin, exitCodeOf, toLog } from './dummy-outcome.ts';
import type { DummyCall, DummyResponse } from './dummy-script.ts';

/** What a runtime gives a dummy session. */
export interface DummySessionPlace {
  readonly name: string;
  readonly options: SessionOptions;
  /** Records a call and chooses its answer. */
  answer(call: DummyCall, signal: AbortSignal): () => Promise<DummyResponse>;
  record(call: DummyCall): void;
  /** Called once, when the session is over. */
  onClose(): void;
}

/** A session that answers from a script; its rules (queue, busy, ended) are the real ones. */
export class DummySession implements Session {
  readonly name: string;
  readonly pid = undefined;
  readonly startupOutput = '';
  readonly #place: DummySessionPlace;
  #queue: Promise<unknown> = Promise.resolve();
  /** Script of the program that a match left running. */
  #program: string | undefined;
  #underway: { readonly stop: AbortController; end(response: DummyResponse | Error): void } | undefined;
  #closed = false;

  constructor(place: DummySessionPlace) {
    this.name = place.name;
    this.#place = place;
  }

  get state(): SessionState {
    if (this.#closed) return 'closed';
    if (this.#underway) return 'busy';
    return this.#program === undefined ? 'idle' : 'running';
  }

  run(script: string | Uint8Array, options: RunOptions = {}): Promise<Observation> {
    const text = typeof script === 'string' ? script : Buffer.from(script).toString('utf8');
    const turn = this.#queue.then(() => {
      this.#assertOpen('run');
      if (this.#program !== undefined && !options.interactive) throw sessionBusy(this.name, this.#program);
      return this.#answer({ operation: 'run', command: text, session: this.name, options }, text, options);
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async send(data: string | Uint8Array): Promise<void> {
    this.#assertOpen('send');
    if (this.#program === undefined && !this.#underway) throw noProgram(this.name, 'send');
    this.#place.record({ operation: 'write', command: data, session: this.name, options: {} });
  }

  async waitFor(expect: Pattern | readonly Pattern[], options: RunOptions = {}): Promise<Observation> {
    this.#assertOpen('waitFor');
    const program = this.#program;
    if (program === undefined) throw noProgram(this.name, 'waitFor');
    const call = { operation: 'waitFor', command: program, session: this.name, options } as const;
    return await this.#answer(call, program, { ...options, expect });
  }

  async interrupt(options: object = {}): Promise<Observation> {
    this.#assertOpen('interrupt');
    this.#place.record({ operation: 'interrupt', command: '', session: this.name, options });
    const exitCode = this.#underway || this.#program !== undefined ? 130 : 0;
    this.#program = undefined;
    this.#underway?.end({ exitCode: 130 });
    return await this.#observe({ exitCode }, {});
  }

  async resize(_size: TerminalSize): Promise<void> {
    if (this.#place.options.pty) return;
    const hint = 'Create the session with `pty: true`.';
    throw new RexError('UNSUPPORTED', 'the session has no terminal', { feature: 'resize' }, { hint });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#underway?.end(sessionEnded(this.name, undefined, ''));
    this.#place.onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(call: DummyCall, text: string, options: RunOptions): Promise<Observation> {
    assertNotAborted(text, options.signal);
    const stop = new AbortController();
    const ended = deferred<DummyResponse>();
    this.#underway = {
      stop,
      end: (response) => {
        stop.abort();
        if (response instanceof Error) ended.reject(response);
        else ended.resolve(response);
      },
    };
    try {
      const make = this.#place.answer(call, stop.signal);
      const response = await answerWithin(() => Promise.race([make(), ended.promise]), text, options, stop);
      this.#program = undefined;
      const observation = await this.#observe(response, options);
      showOutput(observation, options.onOutput);
      if (observation.matched !== undefined) this.#program = text;
      else if (options.check === 'raise' && observation.exitCode !== 0) throw failedError(finished(text, observation));
      return observation;
    } catch (error) {
      if (RexError.is(error, 'SESSION_ENDED')) await this.close();
      throw error;
    } finally {
      this.#underway = undefined;
    }
  }

  async #observe(response: DummyResponse, options: RunOptions): Promise<Observation> {
    const { streams = 'merged', maxOutputBytes } = this.#place.options;
    const log = toLog(response, { maxOutputBytes: options.maxOutputBytes ?? maxOutputBytes, streams });
    const patterns = toPatterns(options.expect);
    const scripted = response.matched;
    const found = scripted === undefined && patterns.length > 0 ? await find(log, patterns) : undefined;
    const matched = scripted ?? found?.text;
    return {
      ...outputText(log, 0, found?.start),
      exitCode: found ? null : exitCodeOf(response),
      matched,
      pattern: found?.pattern ?? patterns.find((pattern) => scripted !== undefined && matches(pattern, scripted)),
      backgroundOutput: response.backgroundOutput ?? '',
      failureReason: response.failureReason ?? '',
      durationMs: response.durationMs ?? 0,
    };
  }

  #assertOpen(operation: string): void {
    if (this.#closed) throw sessionEnded(this.name, undefined, operation);
  }
}

function find(log: Parameters<typeof expectPattern>[0], patterns: readonly Pattern[]) {
  return expectPattern(log, patterns, 0);
}

function showOutput({ stdout, stderr }: Observation, onOutput: RunOptions['onOutput']): void {
  if (!onOutput) return;
  if (stdout !== '') onOutput({ stream: 'stdout', cursor: 0, data: Buffer.from(stdout), text: stdout });
  const cursor = Buffer.byteLength(stdout);
  if (stderr !== '') onOutput({ stream: 'stderr', cursor, data: Buffer.from(stderr), text: stderr });
}

function matches(pattern: Pattern, text: string): boolean {
  return typeof pattern === 'string' ? pattern === text : pattern.test(text);
}

function finished(command: string, observation: Observation) {
  return { ...observation, command, signal: null };
}
