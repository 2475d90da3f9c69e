import { constants } from 'node:os';
import { deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import type { TerminalSize } from '../process/command.ts';
import type { OutputStream } from '../process/process-handle.ts';
import { makeToken, TokenScanner } from '../process/token-scanner.ts';
import { type LaunchPlan, launchText } from './launch-text.ts';
import type { Target, TargetStream } from './target.ts';

/** How a launched program ended. */
export interface LaunchEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why its end will never be known. */
  readonly lost?: string;
  /** The program could not be executed after all; an errno name. */
  readonly errno?: string;
}

/** What was in the way of a start; `shell`: the target's shell could not even begin. */
export type LaunchRefusal = 'cwd' | 'ENOENT' | 'EACCES' | 'E2BIG' | 'shell';

/** A program that runs in a target. */
export interface Launched {
  readonly pid: number;
  /** Path in the target by which the pipe on its descriptor 3 can be written to; '' without one. */
  readonly inputPath: string;
  readonly stream: TargetStream;
  /** Resolves once it has ended and what it printed was delivered; the stream is let go then. */
  readonly ended: Promise<LaunchEnd>;
}

/** How a launch is followed. */
export interface LaunchOptions {
  readonly terminal?: TerminalSize | undefined;
  /** Aborting gives the launch up. */
  readonly signal?: AbortSignal | undefined;
  readonly onOutput: (stream: OutputStream, data: Uint8Array) => void;
  /** Whether a signal was sent to the program, so that an exit code above 128 can mean it. */
  readonly wasSent?: (signal: string) => boolean;
}

/** Rejection of {@link launch} for a program that was not started. */
export class NotLaunched extends Error {
  readonly refusal: LaunchRefusal;

  constructor(refusal: LaunchRefusal, message: string = refusal) {
    super(message);
    this.refusal = refusal;
  }
}

const longestArgument = 128 * 1024 - 1;
const longestLine = 4096;

/** Starts a program in a target. @throws NotLaunched, OUTCOME_UNKNOWN, CONNECTION_FAILED */
export async function launch(target: Target, plan: LaunchPlan, options: LaunchOptions): Promise<Launched> {
  const { terminal, signal } = options;
  const tokens = { start: makeToken(), end: makeToken() };
  const { script, prefix } = launchText(plan, tokens);
  if (plan.argv.some((argument) => Buffer.byteLength(argument) > longestArgument)) throw new NotLaunched('E2BIG');
  if (terminal && prefix.length > longestLine) throw new NotLaunched('E2BIG');
  const stream = await target.open(script, { ...(terminal && { terminal }), ...(signal && { signal }) });
  const oneStream = terminal !== undefined || plan.streams.merged;
  const follower = new LaunchFollower(target, stream, tokens, oneStream, options);
  if (prefix !== '') void stream.write(Buffer.from(prefix));
  if (plan.streams.input === 'closed') stream.closeInput();
  const giveUp = (): void => follower.giveUp(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  try {
    const { pid, inputPath } = await follower.started.promise;
    return { pid, inputPath, stream, ended: follower.ended.promise };
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Takes START and END out of a stream. */
class LaunchFollower {
  readonly started = deferred<{ readonly pid: number; readonly inputPath: string }>();
  readonly ended = deferred<LaunchEnd>();
  readonly #stream: TargetStream;
  readonly #name: string;
  readonly #options: LaunchOptions;
  readonly #start: TokenScanner;
  readonly #ends: { readonly stdout: TokenScanner; readonly stderr: TokenScanner };
  #phase: 'before' | 'head' | 'running' | 'report' | 'over' = 'before';
  #text = '';
  /** What came on standard error before START: the two streams race each other. */
  #heldErrors: Uint8Array[] = [];
  #errorOver: boolean;
  #end: LaunchEnd | undefined;

  constructor(
    target: Target,
    stream: TargetStream,
    tokens: { readonly start: string; readonly end: string },
    oneStream: boolean,
    options: LaunchOptions,
  ) {
    this.#stream = stream;
    this.#name = target.name;
    this.#options = options;
    this.#start = new TokenScanner(tokens.start);
    this.#ends = { stdout: new TokenScanner(tokens.end), stderr: new TokenScanner(tokens.end) };
    this.#errorOver = oneStream;
    stream.onOutput = (name, data) => (name === 'stdout' ? this.#acceptOutput(data) : this.#acceptError(data));
    void stream.ended.then((end) => this.#finish({ ...end, ...this.#end }));
    void target.lost.then((lost) => this.#finish({ exitCode: null, signal: null, lost }));
  }

  giveUp(reason: unknown): void {
    this.started.reject(reason);
    this.#finish({ exitCode: null, signal: null, lost: 'the start was given up' });
  }

  #acceptOutput(data: Uint8Array): void {
    if (data.length === 0) return;
    if (this.#phase === 'head') this.#readHead(data);
    else if (this.#phase === 'report') this.#readReport(data);
    else if (this.#phase === 'running') {
      const { before, after } = this.#ends.stdout.scan(data);
      if (before.length > 0) this.#options.onOutput('stdout', before);
      this.#advance('report', after);
    } else if (this.#phase === 'before') {
      const { before, after } = this.#start.scan(data);
      // A shell that cannot even begin says why.
      this.#text = after === undefined ? this.#text + Buffer.from(before).toString('utf8') : '';
      this.#advance('head', after);
    }
  }

  #advance(next: 'head' | 'report', after: Uint8Array | undefined): void {
    if (after === undefined) return;
    this.#phase = next;
    this.#acceptOutput(after);
  }

  #acceptError(data: Uint8Array): void {
    if (this.#errorOver || data.length === 0) return;
    const { before, after } = this.#ends.stderr.scan(data);
    if (this.#phase === 'before' || this.#phase === 'head') this.#heldErrors.push(before);
    else if (before.length > 0) this.#options.onOutput('stderr', before);
    if (after === undefined) return;
    this.#errorOver = true;
    if (this.#end) this.#finish(this.#end);
  }

  #readHead(data: Uint8Array): void {
    this.#text += Buffer.from(data).toString('latin1');
    const at = this.#text.indexOf('\n');
    if (at === -1) return;
    const head = this.#text.slice(0, at).trimEnd();
    const rest = Buffer.from(this.#text.slice(at + 1), 'latin1');
    if (head.startsWith('-')) {
      this.started.reject(new NotLaunched(head.slice(1) as LaunchRefusal));
      this.#finish({ exitCode: null, signal: null });
      return;
    }
    const space = head.indexOf(' ');
    const inputPath = space === -1 ? '' : Buffer.from(head.slice(space + 1), 'latin1').toString('utf8');
    this.#phase = 'running';
    this.#text = '';
    for (const held of this.#heldErrors.splice(0)) if (held.length > 0) this.#options.onOutput('stderr', held);
    this.started.resolve({ pid: Number.parseInt(head, 10), inputPath });
    this.#acceptOutput(rest);
  }

  #readReport(data: Uint8Array): void {
    this.#text += Buffer.from(data).toString('latin1');
    const at = this.#text.indexOf('\x03');
    if (at === -1) return;
    this.#phase = 'over';
    this.#end = this.#readEnd(this.#text.slice(0, at));
    if (this.#errorOver) this.#finish(this.#end);
  }

  #readEnd(report: string): LaunchEnd {
    const [status = '', message = ''] = splitOnce(report, ':');
    if (status.startsWith('!')) return { exitCode: null, signal: null, errno: status === '!127' ? 'ENOENT' : 'EACCES' };
    const code = Number(status);
    const name = signalName(code - 128);
    // Shells are silent about SIGINT and SIGPIPE, bash about SIGTERM too.
    const meant = name !== undefined && (message !== '' || name === 'SIGPIPE' || this.#options.wasSent?.(name));
    return meant ? { exitCode: null, signal: name } : { exitCode: code, signal: null };
  }

  #finish(end: LaunchEnd): void {
    const lost = end.lost ?? (this.#phase === 'over' ? undefined : this.#unannounced(end));
    this.started.reject(this.#neverStarted(lost));
    this.#phase = 'over';
    this.#errorOver = true;
    this.ended.resolve(lost === undefined ? end : { ...end, lost });
    this.#stream.destroy();
  }

  #neverStarted(lost: string | undefined): Error {
    if (lost === undefined) return new NotLaunched('shell', this.#text.trim() || 'its shell printed nothing');
    const context = { operation: 'start', reason: lost };
    return new RexError(
      'OUTCOME_UNKNOWN',
      `whether a program was started in ${this.#name} is unknown: ${lost}`,
      context,
    );
  }

  /** A launcher that was killed reports nothing; the stream may know better. */
  #unannounced(end: LaunchEnd): string | undefined {
    if (this.#phase !== 'running' || this.#end) return undefined;
    this.#options.onOutput('stdout', this.#ends.stdout.rest());
    return end.exitCode === null && end.signal === null ? 'the stream ended before the program' : undefined;
  }
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
