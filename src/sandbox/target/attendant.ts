import { type Deferred, deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import { makeToken, TokenScanner } from '../process/token-scanner.ts';
import { attendantText, type Farewell, requestText } from './attendant-text.ts';
import type { Target, TargetStream } from './target.ts';

/** What a request printed, and its exit code. */
export interface Reply {
  readonly output: Buffer;
  readonly status: number;
}

/** How an attendant works. */
export interface AttendantOptions {
  /** What every mark of the runtime begins with. */
  readonly prefix: string;
  /** What happens to marked processes when the link is cut. */
  readonly farewell: Farewell;
  /** Time for one request. Default 15,000. */
  readonly patienceMs?: number;
}

/**
 * A shell in the target that carries out small requests one after another, over a stream that stays open. A stream that
 * ended is replaced at the next request.
 */
export class Attendant {
  readonly #target: Target;
  readonly #options: AttendantOptions;
  #line: Promise<AttendantLine> | undefined;
  #closed = false;
  #link = 1;

  constructor(target: Target, options: AttendantOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Number of the link in use, counted from 1; see `linkMark`. */
  get link(): number {
    return this.#link;
  }

  /**
   * Has a shell command carried out. It must be harmless when it is carried out twice.
   * @throws OUTCOME_UNKNOWN when the target does not answer, CONNECTION_FAILED when it cannot be reached.
   */
  async request(body: string, signal?: AbortSignal): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const gone = this.#target.gone() ?? (this.#closed ? 'the runtime is closed' : undefined);
      if (gone !== undefined) throw noAnswer(this.#target, gone);
      const line = await this.#connect(signal);
      try {
        return await line.ask(body, this.#options.patienceMs ?? 15_000, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof LineEnded)) throw error;
        if (attempt === 2) throw noAnswer(this.#target, error.message);
      }
    }
  }

  /** Ends the shell; idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const line = await this.#line?.catch(() => undefined);
    await line?.close();
  }

  #connect(signal: AbortSignal | undefined): Promise<AttendantLine> {
    if (this.#line) return this.#line;
    const line = this.#open(signal);
    this.#line = line;
    const forget = (): void => {
      if (this.#line !== line) return;
      this.#line = undefined;
      this.#link += 1;
    };
    line.then(({ ended }) => ended.then(forget), forget);
    return line;
  }

  async #open(signal: AbortSignal | undefined): Promise<AttendantLine> {
    const { prefix, farewell } = this.#options;
    const stream = await this.#target.open(attendantText(prefix, farewell, this.#link), signal ? { signal } : {});
    return new AttendantLine(stream);
  }
}

/** The line ended before the answer. */
class LineEnded extends Error {}

interface Question {
  readonly scanner: TokenScanner;
  readonly answer: Deferred<Reply>;
  readonly pieces: Buffer[];
  report: string | undefined;
}

/** Requests and replies on one stream. */
class AttendantLine {
  readonly #forsaken = deferred<void>();
  readonly #stream: TargetStream;
  readonly #questions: Question[] = [];
  #over: string | undefined;

  constructor(stream: TargetStream) {
    this.#stream = stream;
    stream.onOutput = (name, data) => {
      if (name === 'stdout') this.#accept(data);
    };
    void stream.ended.then(({ lost }) => this.#end(lost ?? 'its shell there ended'));
  }

  /** Resolves when it is of no use any more. */
  get ended(): Promise<void> {
    return this.#forsaken.promise;
  }

  async ask(body: string, patienceMs: number, signal: AbortSignal | undefined): Promise<Reply> {
    if (this.#over !== undefined) throw new LineEnded(this.#over);
    const token = makeToken();
    const answer = deferred<Reply>();
    this.#questions.push({ scanner: new TokenScanner(token), answer, pieces: [], report: undefined });
    void this.#stream.write(Buffer.from(requestText(body, token)));
    const onAbort = (): void => answer.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => this.#abandon(`no answer within ${patienceMs} ms`), patienceMs);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#stream.closeInput();
    await settlesWithin(this.#stream.ended, 1_000);
    this.#end('closed');
  }

  /** Leaves a shell that hangs to itself: should it wake up, it finds a word that tells it to go, not a cut link. */
  #abandon(reason: string): void {
    this.#fail(reason);
    void this.#stream.write(Buffer.from('exit\n')).then(() => this.#stream.closeInput());
  }

  #end(reason: string): void {
    this.#stream.destroy();
    this.#fail(reason);
  }

  #fail(reason: string): void {
    this.#over ??= reason;
    this.#forsaken.resolve();
    for (const { answer } of this.#questions.splice(0)) answer.reject(new LineEnded(this.#over));
  }

  #accept(data: Uint8Array): void {
    const question = this.#questions[0];
    if (!question || data.length === 0) return;
    if (question.report === undefined) {
      const { before, after } = question.scanner.scan(data);
      question.pieces.push(Buffer.from(before));
      if (after === undefined) return;
      question.report = '';
      this.#accept(after);
      return;
    }
    question.report += Buffer.from(data).toString('latin1');
    const close = question.report.indexOf('\x03');
    if (close === -1) return;
    const rest = Buffer.from(question.report.slice(close + 1), 'latin1');
    this.#questions.shift();
    question.answer.resolve({
      output: Buffer.concat(question.pieces),
      status: Number(question.report.slice(0, close)),
    });
    this.#accept(rest);
  }
}

function noAnswer(target: Target, reason: string): RexError<'OUTCOME_UNKNOWN'> {
  const hint = 'Look at the target: what was asked may have been done.';
  const message = `${target.name} does not answer: ${reason}`;
  return new RexError('OUTCOME_UNKNOWN', message, { operation: 'request', reason }, { hint });
}
