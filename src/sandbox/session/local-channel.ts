import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { followOutput, startProcess, writeTo } from '../process/child.ts';
import { ChildrenFile } from '../process/children-file.ts';
import type { TerminalSize } from '../process/command.ts';
import { endTree, treeVariable } from '../process/end-tree.ts';
import type { Isolation, Launch } from '../process/isolation.ts';
import type { OutputStream } from '../process/process-handle.ts';
import { descendants, environmentValue, innerPid, readProcessTable, startTicks } from '../process/process-table.ts';
import type { Channel, ChannelEnd } from './channel.ts';

/** What a channel of this machine is made of. */
export interface LocalParts {
  readonly pid: number;
  readonly separate: boolean;
  readonly terminal: boolean;
  readonly ended: Promise<ChannelEnd>;
  readonly control: Writable;
  writeInput(data: Uint8Array): Promise<boolean>;
  resize(size: TerminalSize): void;
  /** Frees sockets and files; called once, after the tree has ended. */
  release(): void;
}

/** Where a channel's output goes; the session puts itself there. */
export interface OutputSink {
  deliver: (stream: OutputStream, data: Uint8Array) => void;
}

/** Starts bash on pipes: control, output, error, and the programs' input as descriptor 3. */
export async function openPipeChannel(
  launch: Launch,
  options: { readonly separate: boolean; readonly mark: string; readonly isolation: Isolation | undefined },
): Promise<Channel> {
  const sink: OutputSink = { deliver: () => {} };
  const child = await startProcess(launch, ['pipe', 'pipe', options.separate ? 'pipe' : 'ignore', 'pipe']);
  const input = child.stdio[3] as Writable;
  const parts: LocalParts = {
    pid: child.pid as number,
    separate: options.separate,
    terminal: false,
    ended: followOutput(child, (stream, data) => sink.deliver(stream, data)),
    control: child.stdin as Writable,
    writeInput: (data) => writeTo(input, data),
    resize: () => {},
    release: () => destroyAll(child),
  };
  return new LocalChannel(parts, sink, options.mark, options.isolation);
}

function destroyAll(child: ChildProcess): void {
  for (const stream of child.stdio) (stream as Socket | null | undefined)?.destroy();
}

/** A shell of this machine: signals and ends by process tree. */
export class LocalChannel implements Channel {
  readonly pid: number;
  readonly separate: boolean;
  readonly terminal: boolean;
  readonly ended: Promise<ChannelEnd>;
  readonly #parts: LocalParts;
  readonly #mark: string;
  readonly #isolation: Isolation | undefined;
  readonly #sink: OutputSink;
  #shell: number | undefined;
  #children: ChildrenFile | undefined;
  #background: ReadonlySet<number> = new Set();
  #begunAt = 0;
  #closing: Promise<void> | undefined;
  #over = false;

  constructor(parts: LocalParts, sink: OutputSink, mark: string, isolation: Isolation | undefined) {
    this.pid = parts.pid;
    this.separate = parts.separate;
    this.terminal = parts.terminal;
    this.#parts = parts;
    this.#mark = mark;
    this.#isolation = isolation;
    this.#sink = sink;
    this.ended = parts.ended;
    void parts.ended.then(() => {
      this.#over = true;
    });
  }

  set onOutput(listener: (stream: OutputStream, data: Uint8Array) => void) {
    this.#sink.deliver = listener;
  }

  writeControl(data: Uint8Array): void {
    if (this.#parts.control.writable) this.#parts.control.write(data);
  }

  writeInput(data: Uint8Array): Promise<boolean> {
    return this.#over ? Promise.resolve(false) : this.#parts.writeInput(data);
  }

  resize(size: TerminalSize): void {
    if (!this.#over) this.#parts.resize(size);
  }

  located(inner: number): void {
    this.#shell = inner === this.pid ? this.pid : this.#below(inner);
    this.#children?.close();
    this.#children = new ChildrenFile(this.#shell);
  }

  markBackground(): void {
    this.#begunAt = performance.now();
    this.#background = this.#children?.read() ?? new Set();
  }

  signal(target: 'programs' | 'shell', signal: NodeJS.Signals): void {
    if (this.#over) return;
    const shell = this.#shell ?? this.pid;
    const pids = target === 'shell' ? [shell] : this.#programs(shell);
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {}
    }
  }

  async failureReason(): Promise<string> {
    return (await this.#isolation?.failureReason(this.pid)) ?? '';
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const tree = { pid: this.#over ? undefined : this.pid, mark: this.#mark };
    await endTree(tree, { signal: 'SIGHUP', graceMs: 100 });
    await this.ended;
    this.#children?.close();
    this.#parts.release();
  }

  /** The shell that is `inner` where it runs: this process, or one below what confines it. */
  #below(inner: number): number {
    const below = [...descendants(readProcessTable({ fresh: true }), this.pid)];
    return below.find((pid) => innerPid(pid) === inner && pid !== this.pid) ?? this.pid;
  }

  /** What runs for the running script: below the shell, or its orphans; not the jobs that were there before. */
  #programs(shell: number): number[] {
    const table = readProcessTable({ fresh: true });
    const spared = new Set([shell]);
    for (const job of this.#background) for (const pid of descendants(table, job)) spared.add(pid);
    const found = descendants(table, shell);
    // What confines the shell is as young as its first script may be, and no program of it.
    const own = descendants(table, this.pid);
    const begun = startTicks(performance.now() - this.#begunAt);
    for (const entry of table.values()) {
      if (entry.startedAt < begun || own.has(entry.pid)) continue;
      if (environmentValue(entry, treeVariable)?.startsWith(this.#mark)) found.add(entry.pid);
    }
    return [...found].filter((pid) => !spared.has(pid));
  }
}
