import { invalidArgument, RexError } from '../../core/errors.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import { ByteLog } from '../process/byte-log.ts';
import { defaultMaxOutputBytes, type TerminalSize } from '../process/command.ts';
import { assertNotAborted, commandError, failedError } from '../process/command-error.ts';
import { armLimits, checkBytes, checkLimits } from '../process/limits.ts';
import { type OutputText, outputText } from '../process/output-text.ts';
import type { ExitReason, OutputStream } from '../process/process-handle.ts';
import { withoutTokens } from '../process/token-scanner.ts';
import type { Channel, ChannelEnd } from './channel.ts';
import { withoutEcho } from './echo.ts';
import { type Expected, expectPattern, toPatterns } from './expect.ts';
import { followOutput } from './follow-output.ts';
import { stopScript } from './interrupt.ts';
import { RunningScript, type ScriptEnd } from './running-script.ts';
import type { InterruptOptions, Observation, Pattern, RunOptions, Session, SessionState } from './session.ts';
import { noProgram, sessionBusy, sessionEnded, startFailed, syntaxError, toStartError } from './session-errors.ts';
import type { ShellDialect } from './shell-dialect.ts';
import { bashDialect, plainTerminalText, type ShellState, withoutLevels } from './shell-text.ts';

/** What a shell's session needs besides its channel. */
export interface ShellSessionOptions {
  readonly name: string;
  readonly loadRc: boolean;
  readonly startupSource: readonly string[];
  readonly startupTimeoutMs: number;
  readonly maxOutputBytes: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** What the channel's shell speaks. Default: bash. */
  readonly dialect?: ShellDialect;
}

/** How long a run waits for a program that an earlier match left running, before SESSION_BUSY. */
const busyWaitMs = 1_000;

const backgroundBytes = 1024 * 1024;

/** A shell, bash mostly, on any {@link Channel}; see {@link Session}. */
export class ShellSession implements Session {
  readonly name: string;
  readonly #channel: Channel;
  readonly #dialect: ShellDialect;
  readonly #maxOutputBytes: number;
  #startupOutput = '';
  #shellPid: number | undefined;
  #shell: ShellState = { status: 0, flags: '', traps: '' };
  #script: RunningScript | undefined;
  /** A program whose end no observation has told yet: it came after a match. */
  #unseen: RunningScript | undefined;
  #background = new ByteLog(backgroundBytes);
  #queue: Promise<unknown> = Promise.resolve();
  /** Calls that wait for the running script. */
  #attending = 0;
  /** Shell text to send before the next script: leftovers of the last one to clear away. */
  #chores = '';
  /** Whether something was sent that its program may have left unread. */
  #undrained = false;
  /** Whether a signal may still be on its way to the shell. */
  #unsettled = false;
  #end: (ChannelEnd & { readonly failureReason: string }) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(channel: Channel, { name, dialect, maxOutputBytes }: ShellSessionOptions) {
    this.name = name;
    this.#channel = channel;
    this.#dialect = dialect ?? bashDialect;
    this.#maxOutputBytes = maxOutputBytes ?? defaultMaxOutputBytes;
    channel.onOutput = (stream, data) => this.#accept(stream, data);
    void channel.ended.then((end) => this.#shellEnded(end));
  }

  /** Starts the shell's side: quiet top level, rc file, sources. @throws SESSION_START_FAILED, and nothing is left. */
  static async start(channel: Channel, options: ShellSessionOptions): Promise<ShellSession> {
    const { name, startupTimeoutMs, signal } = options;
    const session = new ShellSession(channel, options);
    const dialect = session.#dialect;
    try {
      channel.writeControl(Buffer.from(dialect.bootText(channel)));
      const script = dialect.startupScript(options.loadRc, options.startupSource);
      const limits = signal ? { timeoutMs: startupTimeoutMs, signal } : { timeoutMs: startupTimeoutMs };
      const { output, exitCode } = await session.#start(script, limits);
      session.#startupOutput = output;
      if (exitCode === 0) return session;
      throw startFailed(name, `a startup file failed with exit code ${exitCode}`, output);
    } catch (error) {
      await session.close();
      throw toStartError(error, name, startupTimeoutMs);
    }
  }

  get state(): SessionState {
    if (this.#end || this.#closing) return 'closed';
    if (!this.#script) return 'idle';
    return this.#attending > 0 ? 'busy' : 'running';
  }

  get pid(): number | undefined {
    return this.#shellPid;
  }

  get startupOutput(): string {
    return this.#startupOutput;
  }

  /** Resolves when the shell is gone, for whatever reason. */
  get closed(): Promise<void> {
    return this.#channel.ended.then(() => {});
  }

  run(script: string | Uint8Array, options: RunOptions = {}): Promise<Observation> {
    const turn = this.#queue.then(async () => {
      assertNotAborted(toText(script), options.signal);
      this.#assertOpen('run');
      if (options.interactive && this.#script) return await this.#sendLine(this.#script, script, options);
      if (this.#script && !(await settlesWithin(this.#script.ended.promise, busyWaitMs))) {
        throw sessionBusy(this.name, this.#script.text);
      }
      if (options.validate) await this.#validate(script);
      return await this.#start(script, options);
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async send(data: string | Uint8Array): Promise<void> {
    this.#assertOpen('send');
    this.#undrained = true;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!this.#script || !(await this.#channel.writeInput(bytes))) throw noProgram(this.name, 'send');
  }

  async waitFor(expect: Pattern | readonly Pattern[], options: RunOptions = {}): Promise<Observation> {
    this.#assertOpen('waitFor');
    const script = this.#script ?? this.#unseen;
    if (!script) throw noProgram(this.name, 'waitFor');
    return await this.#attend(script, { ...options, expect }, script.seen);
  }

  async interrupt(options: InterruptOptions = {}): Promise<Observation> {
    this.#assertOpen('interrupt');
    const startedAt = performance.now();
    const script = this.#script ?? new RunningScript('', 1, false, () => {});
    const from = script.seen;
    if (script === this.#script) await stopScript(script, this.#channel, this.name, options, this.#dialect);
    return this.#observe(script, from, startedAt);
  }

  async resize(size: TerminalSize): Promise<void> {
    if (!this.#channel.terminal) {
      const hint = 'Create the session with `pty: true`.';
      throw new RexError('UNSUPPORTED', 'the session has no terminal', { feature: 'resize' }, { hint });
    }
    await this.#channel.resize(size);
  }

  close(): Promise<void> {
    this.#closing ??= this.#channel.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Starts a script and waits for its match or end. */
  #start(script: string | Uint8Array, options: RunOptions): Promise<Observation> {
    const text = toText(script);
    if (text.includes('\0')) throw invalidArgument('script', 'a script without NUL bytes', text);
    return this.#evaluate(toLatin1(script), text, options, (end) => end.status);
  }

  /** What jobs in the background print before and meanwhile is left for the script's own observation. */
  async #validate(script: string | Uint8Array): Promise<void> {
    const text = toText(script);
    const keepStatus = () => this.#shell.status;
    const background = this.#background;
    this.#background = new ByteLog(backgroundBytes);
    const checked = await this.#evaluate(this.#dialect.syntaxScript(toLatin1(script)), text, {}, keepStatus);
    background.append('stdout', Buffer.from(checked.backgroundOutput));
    this.#background = background;
    if (checked.exitCode !== 0) throw syntaxError(this.name, text, checked);
  }

  async #evaluate(
    source: string,
    text: string,
    options: RunOptions,
    nextStatus: (end: ScriptEnd) => number,
  ): Promise<Observation> {
    checkBytes('maxOutputBytes', options.maxOutputBytes);
    checkLimits(options);
    const openInput = options.interactive === true || toPatterns(options.expect).length > 0;
    if (this.#unsettled) await this.#settle();
    const script = this.#makeScript(text, options.maxOutputBytes ?? this.#maxOutputBytes);
    this.#channel.markBackground();
    script.ended.promise.then(
      (end) => this.#scriptEnded(script, end, nextStatus(end)),
      () => this.close(),
    );
    script.traced = this.#dialect.mayTrace(source, this.#shell.flags);
    this.#write(script, source, openInput);
    return await this.#attend(script, options, 0);
  }

  #makeScript(text: string, maxOutputBytes: number): RunningScript {
    const { separate } = this.#channel;
    this.#unseen = undefined;
    this.#script = new RunningScript(text, maxOutputBytes, separate, (stream, data) =>
      this.#background.append(stream, data),
    );
    return this.#script;
  }

  #write(script: RunningScript, source: string, openInput: boolean): void {
    const { separate, terminal } = this.#channel;
    const dialect = this.#dialect;
    const how = { openInput, terminal, separate, traced: script.traced };
    const send = (text: string): void => this.#channel.writeControl(Buffer.from(text, 'latin1'));
    const first = dialect.scriptText(source, script.tokens, this.#shell, how);
    const second = dialect.endText(script.tokens, separate, script.traced);
    if (dialect.endAfterBegin) script.onBegin = () => send(second);
    const drain = this.#undrained ? (this.#channel.drainInput?.() ?? dialect.drainText()) : '';
    this.#undrained = false;
    send(`${this.#chores}${drain}${first}${dialect.endAfterBegin ? '' : second}`);
    this.#chores = '';
  }

  /** Runs a script that does nothing until one gets through whole: a SIGINT that came late falls on none that matters. */
  async #settle(): Promise<void> {
    await this.#channel.quiet?.();
    for (let patienceMs = 100; this.#unsettled; patienceMs = Math.min(2 * patienceMs, 2_000)) {
      const script = this.#makeScript(':', 1);
      this.#chores = `\n${this.#chores}`;
      this.#write(script, ':', false);
      await settlesWithin(script.ended.promise, patienceMs);
      this.#script = undefined;
      this.#assertOpen('run');
      if (script.end) this.#unsettled = false;
      else this.#background = new ByteLog(backgroundBytes);
    }
  }

  #scriptEnded(script: RunningScript, { flags, traps, shellPid }: ScriptEnd, status: number): void {
    this.#script = undefined;
    this.#unseen = script;
    this.#shell = { status, flags, traps };
    if (script.stopping) this.#channel.signal('programs', 'SIGKILL');
    this.#unsettled ||= script.stopping;
    if (script.cooked) this.#chores += plainTerminalText;
    if (this.#shellPid !== undefined) return;
    this.#shellPid = shellPid;
    this.#channel.located(shellPid);
  }

  async #sendLine(script: RunningScript, text: string | Uint8Array, options: RunOptions): Promise<Observation> {
    const from = script.log.end;
    script.seen = from;
    await this.send(Buffer.concat([Buffer.from(text), Buffer.from('\n')]));
    const observation = await this.#attend(script, options, from);
    return this.#channel.terminal ? withoutEcho(observation, toText(text)) : observation;
  }

  /** Waits for a match or the end, within the limits, and says what was printed since `from`. */
  async #attend(script: RunningScript, options: RunOptions, from: number): Promise<Observation> {
    const patterns = toPatterns(options.expect);
    const startedAt = performance.now();
    let reason: ExitReason = 'exit';
    const limits = armLimits(options, (limit) => {
      reason = limit;
      stopScript(script, this.#channel, this.name, {}, this.#dialect).catch(() => this.close());
    });
    const failures: unknown[] = [];
    const follow = followOutput(script, from, options.onOutput, (error) => {
      failures.push(error);
      stopScript(script, this.#channel, this.name, {}, this.#dialect).catch(() => this.close());
    });
    script.listeners.add(limits.touch);
    this.#attending++;
    let expected: Expected | undefined;
    try {
      // Without patterns there is only the end to wait for; with them, the log ends with the script.
      if (patterns.length > 0) expected = await expectPattern(script.log, patterns, from);
      if (!expected) await script.ended.promise;
    } catch (error) {
      // The name is free again by the time the caller knows.
      if (RexError.is(error, 'SESSION_ENDED')) await this.close();
      if (reason === 'exit' && failures.length === 0) throw error;
    } finally {
      limits[Symbol.dispose]();
      script.listeners.delete(limits.touch);
      follow?.[Symbol.dispose]();
      this.#attending--;
    }
    if (failures.length > 0) throw failures[0];
    const failureReason = expected ? '' : await this.#channel.failureReason(script.end?.status ?? null);
    const observation = { ...this.#observe(script, from, startedAt, expected), failureReason };
    const result = { ...observation, command: script.text, signal: null };
    const error = commandError(reason, result, options);
    if (error) throw error;
    if (options.check === 'raise' && !expected && observation.exitCode !== 0) throw failedError(result);
    return observation;
  }

  #observe(script: RunningScript, from: number, startedAt: number, expected?: Expected): Observation {
    const to = expected?.start ?? script.log.end;
    script.seen = expected?.end ?? to;
    if (!expected && this.#unseen === script) this.#unseen = undefined;
    const background = this.#takeBackground();
    const text = outputText(script.log, from, to);
    return {
      ...(script.traced ? withoutLevelsIn(text) : text),
      exitCode: expected ? null : (script.end?.status ?? (script === this.#script ? null : 0)),
      matched: expected?.text,
      pattern: expected?.pattern,
      backgroundOutput: background,
      failureReason: '',
      durationMs: performance.now() - startedAt,
    };
  }

  #takeBackground(): string {
    if (this.#background.end === 0) return '';
    const text = withoutTokens(outputText(this.#background).output);
    this.#background = new ByteLog(backgroundBytes);
    return text;
  }

  #accept(stream: OutputStream, data: Uint8Array): void {
    if (this.#script) this.#script.accept(stream, data);
    else this.#background.append(stream, data);
  }

  async #shellEnded(end: ChannelEnd): Promise<void> {
    const script = this.#script;
    this.#end = { ...end, failureReason: await this.#channel.failureReason(end.exitCode) };
    await this.close();
    script?.abandon();
    script?.ended.reject(end.failure ?? sessionEnded(this.name, this.#end, script.text, outputText(script.log)));
  }

  #assertOpen(operation: string): void {
    if (this.#end || this.#closing) throw sessionEnded(this.name, this.#end, operation);
  }
}

function withoutLevelsIn(text: OutputText): OutputText {
  const { output, stdout, stderr } = text;
  return { ...text, output: withoutLevels(output), stdout: withoutLevels(stdout), stderr: withoutLevels(stderr) };
}

function toText(script: string | Uint8Array): string {
  return typeof script === 'string' ? script : Buffer.from(script).toString('utf8');
}

/** The bytes of a script, one character each. */
function toLatin1(script: string | Uint8Array): string {
  return Buffer.from(script as string).toString('latin1');
}
