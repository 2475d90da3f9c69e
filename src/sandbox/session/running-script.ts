import { type Deferred, deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { ByteLog } from '../process/byte-log.ts';
import type { OutputStream } from '../process/process-handle.ts';
import { makeToken, TokenScanner } from '../process/token-scanner.ts';
import type { OutputListener } from './output-listener.ts';
import type { Tokens } from './shell-text.ts';

/** What the shell reported when a script ended. */
export interface ScriptEnd {
  readonly status: number;
  readonly flags: string;
  readonly traps: string;
  /** Bash's process id in its own eyes. */
  readonly shellPid: number;
}

type Phase = 'before' | 'script' | 'state' | 'over';

/**
 * One script on its way through the channel: takes the channel's bytes, keeps what the script printed, hands what
 * background jobs printed to `onBackground`, and resolves `ended` with the shell's report.
 */
export class RunningScript {
  readonly text: string;
  readonly tokens: Tokens;
  readonly log: ByteLog;
  readonly startedAt: number;
  readonly ended: Deferred<ScriptEnd> = deferred<ScriptEnd>();
  /** Set when it is over. */
  end: ScriptEnd | undefined;
  /** Position up to which an observation has been given. */
  seen = 0;
  /** Called at every piece of output. */
  readonly listeners: Set<OutputListener> = new Set();
  /** True when its output may hold traces. */
  traced = false;
  /** True once somebody wants it to stop: what it started ends with it. */
  stopping = false;
  /** Called soon after the shell began to evaluate it, unless it is over by then. */
  onBegin: (() => void) | undefined;
  /** True when the terminal turned the report's newline into CR LF: a program changed its modes. */
  cooked = false;
  readonly #onBackground: (stream: OutputStream, data: Uint8Array) => void;
  readonly #phase: { stdout: Phase; stderr: Phase };
  readonly #scanner: { stdout: TokenScanner; stderr: TokenScanner };
  #report = '';

  constructor(
    text: string,
    maxOutputBytes: number,
    separate: boolean,
    onBackground: (stream: OutputStream, data: Uint8Array) => void,
  ) {
    this.text = text;
    this.log = new ByteLog(maxOutputBytes);
    this.tokens = { run: randomId(8), begin: makeToken(), state: makeToken(), end: makeToken() };
    this.startedAt = performance.now();
    this.#onBackground = onBackground;
    this.#phase = { stdout: 'before', stderr: separate ? 'before' : 'over' };
    this.#scanner = { stdout: new TokenScanner(this.tokens.begin), stderr: new TokenScanner(this.tokens.begin) };
  }

  /** True once the shell has begun to evaluate it. */
  get begun(): boolean {
    return this.#phase.stdout !== 'before';
  }

  /** Takes bytes of the channel. */
  accept(stream: OutputStream, data: Uint8Array): void {
    if (data.length === 0) return;
    const { state, end } = this.tokens;
    const phase = this.#phase[stream];
    if (phase === 'over') this.#onBackground(stream, data);
    else if (phase === 'state') this.#readReport(data);
    else if (phase === 'before') this.#advance(stream, data, 'script', stream === 'stdout' ? state : end);
    else this.#advance(stream, data, stream === 'stdout' ? 'state' : 'over', end);
  }

  /** Takes over what was held back when the channel ended in the middle. */
  abandon(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#phase[stream] === 'script') this.log.append(stream, this.#scanner[stream].rest());
    }
    this.log.close();
  }

  #advance(stream: OutputStream, data: Uint8Array, next: Phase, nextToken: string): void {
    const { before, after } = this.#scanner[stream].scan(data);
    if (this.#phase[stream] === 'script') this.#print(stream, before);
    else if (Buffer.from(before).includes(this.tokens.end)) this.ended.reject(notEvaluated(this.text));
    else this.#onBackground(stream, before);
    if (after === undefined) return;
    this.#phase[stream] = next;
    if (next === 'script' && stream === 'stdout') setImmediate(() => this.end ?? this.onBegin?.());
    this.#scanner[stream] = new TokenScanner(nextToken);
    if (next === 'over') this.#finish(stream, withoutNewline(after));
    else this.accept(stream, after);
  }

  #print(stream: OutputStream, data: Uint8Array): void {
    if (data.length === 0) return;
    const cursor = this.log.end;
    this.log.append(stream, data);
    for (const listener of this.listeners) listener(stream, data, cursor);
  }

  #readReport(data: Uint8Array): void {
    this.#report += Buffer.from(data).toString('latin1');
    const at = this.#report.indexOf(this.tokens.end);
    const close = at === -1 ? -1 : this.#report.indexOf('\n', at);
    if (close === -1) return;
    const rest = Buffer.from(this.#report.slice(close + 1), 'latin1');
    const [status, flags, pid] = this.#report.slice(at + this.tokens.end.length, close).split(':');
    this.cooked = this.#report[close - 1] === '\r';
    const traps = this.#takeTraps(this.#report.slice(0, at));
    this.end = { status: Number(status), flags: flags ?? '', traps, shellPid: Number(pid) };
    this.#phase.stdout = 'over';
    this.#finish('stdout', rest);
  }

  /** Splits the report into `trap` commands and what background jobs printed in between. */
  #takeTraps(text: string): string {
    if (text === '') return '';
    const unset = /^trap -- - (?:DEBUG|RETURN|ERR)\r?\n/gm;
    const command = /^trap -- '(?:[^']|'\\'')*' (?:DEBUG|RETURN|ERR)\r?\n/gm;
    const others = text.replace(unset, '').replace(command, '');
    this.#onBackground('stdout', Buffer.from(others, 'latin1'));
    return (text.match(command) ?? []).join('');
  }

  #finish(stream: OutputStream, rest: Uint8Array): void {
    this.#onBackground(stream, rest);
    if (this.end === undefined || this.#phase.stdout !== 'over' || this.#phase.stderr !== 'over') return;
    this.log.close();
    this.ended.resolve(this.end);
  }
}

/** The shell reached the end of a run without having evaluated the script, for want of descriptors for example. */
function notEvaluated(script: string): RexError<'SESSION_ENDED'> {
  const facts = { command: script, output: '', stdout: '', stderr: '', exitCode: null, signal: null };
  const hint = 'Nothing of the script was run. It may be out of descriptors: create the session again.';
  const message = 'the shell could not evaluate the script and is closed';
  return new RexError('SESSION_ENDED', message, { session: '', ...facts }, { hint });
}

function withoutNewline(data: Uint8Array): Uint8Array {
  return data[0] === 10 ? data.subarray(1) : data;
}
