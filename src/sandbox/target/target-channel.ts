import { randomId } from '../../core/ids.ts';
import { quote } from '../../core/quote.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import type { TerminalSize } from '../process/command.ts';
import { endTree, treeVariable } from '../process/end-tree.ts';
import type { OutputStream } from '../process/process-handle.ts';
import { descendants } from '../process/process-table.ts';
import { makeToken, TokenScanner } from '../process/token-scanner.ts';
import type { Channel, ChannelEnd } from '../session/channel.ts';
import type { ShellDialect } from '../session/shell-dialect.ts';
import type { LaunchPlan } from './launch-text.ts';
import { type Launched, launch } from './launched.ts';
import type { TargetStream } from './target.ts';
import { endAfterLoss, outcomeUnknown, type TargetPlace } from './target-process.ts';

/** How a session's channel is opened. */
export interface TargetChannelOptions {
  /** Size of the terminal; pipes without. */
  readonly terminal: TerminalSize | undefined;
  /** Whether standard error comes apart. */
  readonly separate: boolean;
  /** What its shell speaks. */
  readonly dialect: ShellDialect;
  readonly signal: AbortSignal | undefined;
}

/** End of the mark of a program that only passes bytes on: it ends with the session, and belongs to no script. */
const relayMark = 'relay.';

type Deliver = (stream: OutputStream, data: Uint8Array) => void;

/** Starts a session's shell in a target. @throws what a launch throws; nothing is left then. */
export async function openTargetChannel(
  plan: LaunchPlan,
  place: TargetPlace,
  options: TargetChannelOptions,
): Promise<TargetChannel> {
  const sink: { deliver: Deliver } = { deliver: () => {} };
  const { terminal, signal } = options;
  const onOutput: Deliver = (stream, data) => sink.deliver(stream, data);
  try {
    const launched = await launch(place.target, plan, { terminal, signal, onOutput });
    const channel = new TargetChannel(launched, plan, place, options, sink);
    if (plan.streams.input === 'aside') await channel.connectControl();
    return channel;
  } catch (error) {
    const tree = { pid: undefined, mark: place.mark };
    await endTree(tree, { signal: 'SIGKILL' }, place.processes).catch(() => {});
    throw error;
  }
}

/** A shell in a target: signals and ends by process tree, through the attendant. */
export class TargetChannel implements Channel {
  readonly pid: number;
  readonly separate: boolean;
  readonly terminal: boolean;
  readonly ended: Promise<ChannelEnd>;
  readonly #launched: Launched;
  readonly #place: TargetPlace;
  readonly #dialect: ShellDialect;
  /** Whether control text takes the second stream, and input the first. */
  readonly #aside: boolean;
  #deliver: Deliver = () => {};
  #second: Promise<TargetStream> | undefined;
  #lost = '';
  #over = false;
  #closing: Promise<void> | undefined;
  /** Signals that wait for those before them. */
  readonly #wanted = new Set<string>();
  #signals: Promise<void> = Promise.resolve();
  #report: { readonly scanner: TokenScanner; text: string | undefined } | undefined;
  #background: ReadonlySet<number> = new Set();
  #begunTicks = 0;
  #knownLimits: string;

  constructor(
    launched: Launched,
    plan: LaunchPlan,
    place: TargetPlace,
    options: TargetChannelOptions,
    sink: { deliver: Deliver },
  ) {
    this.pid = launched.pid;
    this.separate = options.separate;
    this.terminal = options.terminal !== undefined;
    this.#launched = launched;
    this.#dialect = options.dialect;
    this.#aside = plan.streams.input === 'aside';
    this.#place = place;
    this.#knownLimits = place.limits?.known ?? '';
    this.ended = launched.ended.then(({ exitCode, signal, lost }) => {
      this.#over = true;
      this.#lost = lost === undefined ? '' : (place.target.gone() ?? lost);
      const cut = lost !== undefined && place.target.gone() === undefined;
      return { exitCode, signal, ...(cut && { failure: outcomeUnknown(place.target, lost) }) };
    });
    sink.deliver = (stream, data) => this.#accept(stream, data);
  }

  set onOutput(listener: Deliver) {
    this.#deliver = listener;
  }

  /** Opens the way for control text. */
  async connectControl(): Promise<void> {
    await this.#connectSecond();
  }

  writeControl(data: Uint8Array): void {
    if (this.#over) return;
    if (!this.#aside) void this.#launched.stream.write(data);
    else void this.#second?.then((stream) => stream.write(data));
  }

  async writeInput(data: Uint8Array): Promise<boolean> {
    if (this.#over) return false;
    if (this.#aside) return await this.#launched.stream.write(data);
    return await (await this.#connectSecond()).write(data);
  }

  drainInput(): string {
    const line = `hrm-rex-${randomId()}`;
    void this.writeInput(Buffer.from(`\n${line}\n`)).catch(() => {});
    return this.#dialect.drainText(line);
  }

  async resize(size: TerminalSize): Promise<void> {
    if (!this.#over) await this.#launched.stream.resize(size);
  }

  located(): void {}

  /** Has the shell itself say which children it has, and what time it is there, ahead of the next script. */
  markBackground(): void {
    const token = makeToken();
    this.#knownLimits = this.#place.limits?.known ?? '';
    this.#report = { scanner: new TokenScanner(token), text: undefined };
    this.writeControl(Buffer.from(this.#dialect.factsText(token)));
  }

  signal(target: 'programs' | 'shell', signal: NodeJS.Signals): void {
    const wanted = `${target} ${signal}`;
    if (this.#wanted.has(wanted)) return;
    this.#wanted.add(wanted);
    this.#signals = this.#signals.then(async () => {
      this.#wanted.delete(wanted);
      await this.#signal(target, signal).catch(() => {});
    });
  }

  quiet(): Promise<void> {
    return this.#signals;
  }

  async failureReason(exitCode: number | null): Promise<string> {
    if (exitCode === 0 || this.#lost !== '') return this.#lost;
    return (await this.#place.limits?.reason(this.#knownLimits)) ?? '';
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const tree = { pid: this.#over ? undefined : this.pid, mark: this.#place.mark };
    if (this.#lost !== '') endAfterLoss(this.#place);
    else {
      await endTree(tree, { signal: 'SIGHUP', graceMs: 100 }, this.#place.processes).catch(() => {});
      await settlesWithin(this.ended, 2_000);
    }
    this.#launched.stream.destroy();
    (await this.#second?.catch(() => undefined))?.destroy();
    await this.ended;
  }

  #connectSecond(): Promise<TargetStream> {
    this.#second ??= this.#openSecond();
    return this.#second;
  }

  async #openSecond(): Promise<TargetStream> {
    const { inputPath } = this.#launched;
    const mark = `export ${treeVariable}=${this.#place.mark}${relayMark}`;
    // Busybox's cat holds bytes back on their way from a socket to a pipe.
    const relay = 'if command -v tee >/dev/null 2>&1; then exec tee; else exec cat; fi';
    return await this.#place.target.open(`${mark}; { ${relay}; } >${quote(inputPath)}`);
  }

  async #signal(target: 'programs' | 'shell', signal: NodeJS.Signals): Promise<void> {
    if (this.#over) return;
    const pids = target === 'shell' ? [this.pid] : await this.#programs();
    await this.#place.processes.deliver(pids, signal);
  }

  /** What runs for the running script: below the shell, or its orphans; not the jobs that were there before. */
  async #programs(): Promise<number[]> {
    const { table, isMarked } = await this.#place.processes.look();
    const spared = new Set([this.pid]);
    for (const job of this.#background) for (const pid of descendants(table, job)) spared.add(pid);
    const found = descendants(table, this.pid);
    const { mark } = this.#place;
    for (const entry of table.values()) {
      const own = isMarked(entry, mark) && !isMarked(entry, `${mark}${relayMark}`);
      if (own && entry.startedAt >= this.#begunTicks) found.add(entry.pid);
    }
    return [...found].filter((pid) => !spared.has(pid));
  }

  #accept(stream: OutputStream, data: Uint8Array): void {
    const report = stream === 'stdout' ? this.#report : undefined;
    if (!report) {
      if (stream === 'stdout' || this.separate) this.#deliver(stream, data);
      return;
    }
    if (report.text === undefined) {
      const { before, after } = report.scanner.scan(data);
      if (before.length > 0) this.#deliver(stream, before);
      if (after === undefined) return;
      report.text = '';
      this.#accept(stream, after);
      return;
    }
    report.text += Buffer.from(data).toString('latin1');
    const end = report.text.indexOf('\x03');
    if (end === -1) return;
    this.#report = undefined;
    this.#readReport(report.text.slice(0, end));
    this.#deliver(stream, Buffer.from(report.text.slice(end + 1), 'latin1'));
  }

  #readReport(text: string): void {
    const [uptime = '', children = ''] = text.split(':');
    this.#begunTicks = Math.floor(Number.parseFloat(uptime || '0') * 100);
    this.#background = new Set(children.split(' ').filter(Boolean).map(Number));
  }
}
