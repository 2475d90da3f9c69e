import type { ChildProcess } from 'node:child_process';
import { deferred } from '../../../src/core/deferred.ts';
import { RexError } from '../../../src/core/errors.ts';
import { followOutput, followTerminal, startProcess, writeTo } from '../../../src/sandbox/process/child.ts';
import type { TerminalSize } from '../../../src/sandbox/process/command.ts';
import { currentEnvironment } from '../../../src/sandbox/process/launch.ts';
import { openTerminal } from '../../../src/sandbox/process/terminal.ts';
import type { OpenStreamOptions, StreamEnd, Target, TargetStream } from '../../../src/sandbox/target/target.ts';

/** How a {@link LocalTarget} behaves. */
export interface LocalTargetOptions {
  /** Shell that runs each script, an argv without the script. Default `/bin/sh -c`. */
  readonly shell?: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Environment that every shell begins with. Default: this process's. */
  readonly base?: Readonly<Record<string, string>>;
}

/** This machine as a target: each stream is a shell of its own. Counts what is opened, and can lose its link. */
export class LocalTarget implements Target {
  readonly name = 'this machine';
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly lost: Promise<string>;
  /** Scripts of all streams that were opened. */
  readonly opened: string[] = [];
  readonly #shell: readonly [string, ...string[]];
  readonly #base: Readonly<Record<string, string>>;
  readonly #lost = deferred<string>();
  readonly #streams = new Set<LocalStream>();
  #gone: string | undefined;

  constructor(options: LocalTargetOptions = {}) {
    this.cwd = options.cwd ?? '/tmp';
    this.env = options.env ?? {};
    this.lost = this.#lost.promise;
    this.#shell = options.shell ?? ['/bin/sh', '-c'];
    this.#base = options.base ?? currentEnvironment();
  }

  /** Streams whose program, or link, has not ended. */
  get live(): number {
    return this.#streams.size;
  }

  async open(script: string, options: OpenStreamOptions = {}): Promise<TargetStream> {
    options.signal?.throwIfAborted();
    if (this.#gone !== undefined) throw unreachable(this.name, this.#gone);
    this.opened.push(script);
    const stream = await this.#start([...this.#shell, script], options.terminal);
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    return stream;
  }

  gone(): string | undefined {
    return this.#gone;
  }

  /** Cuts every stream, as a broken link does; what runs goes on. New streams can be opened. */
  cutStreams(reason: string): void {
    for (const stream of this.#streams) stream.cut(reason);
  }

  /** The target is gone for good. */
  vanish(reason: string): void {
    this.#gone = reason;
    this.cutStreams(reason);
    this.#lost.resolve(reason);
  }

  async #start(argv: readonly string[], size: TerminalSize | undefined): Promise<LocalStream> {
    const launch = { argv: argv as [string, ...string[]], cwd: '/', env: { ...this.#base } };
    try {
      return size ? await startOnTerminal(launch, size) : await startOnPipes(launch);
    } catch (error) {
      const context = { command: argv, errno: (error as NodeJS.ErrnoException).code };
      throw new RexError('COMMAND_NOT_STARTED', 'the shell could not be started', context, { cause: error });
    }
  }
}

interface Parts {
  readonly ended: Promise<StreamEnd>;
  write(data: Uint8Array): Promise<boolean>;
  closeInput(): void;
  resize(size: TerminalSize): void;
  release(): void;
}

class LocalStream implements TargetStream {
  onOutput: TargetStream['onOutput'] = () => {};
  readonly ended: Promise<StreamEnd>;
  readonly #parts: Parts;
  readonly #end = deferred<StreamEnd>();
  #over = false;

  constructor(makeParts: (stream: LocalStream) => Parts) {
    this.#parts = makeParts(this);
    this.ended = this.#end.promise;
    void this.#parts.ended.then((end) => this.#finish(end));
  }

  deliver(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    if (!this.#over) this.onOutput(stream, data);
  }

  write(data: Uint8Array): Promise<boolean> {
    return this.#over ? Promise.resolve(false) : this.#parts.write(data);
  }

  closeInput(): void {
    this.#parts.closeInput();
  }

  resize(size: TerminalSize): void {
    if (!this.#over) this.#parts.resize(size);
  }

  destroy(): void {
    this.#finish({ exitCode: null, signal: null });
  }

  cut(reason: string): void {
    this.#finish({ exitCode: null, signal: null, lost: reason });
  }

  #finish(end: StreamEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#parts.release();
    this.#end.resolve(end);
  }
}

type ChildLaunch = Parameters<typeof startProcess>[0];

async function startOnPipes(launch: ChildLaunch): Promise<LocalStream> {
  const child = await startProcess(launch, ['pipe', 'pipe', 'pipe']);
  return new LocalStream((stream) => ({
    ended: followOutput(child, (name, data) => stream.deliver(name, data)),
    write: (data) => writeTo(child.stdin, data),
    closeInput: () => void child.stdin?.end(),
    resize: () => {},
    release: () => releasePipes(child),
  }));
}

function releasePipes(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}

/** As an engine does it: the shell leads a process session whose terminal this is. */
async function startOnTerminal(launch: ChildLaunch, size: TerminalSize): Promise<LocalStream> {
  let deliver: (data: Uint8Array) => void = () => {};
  const terminal = await openTerminal(size, (data) => deliver(data));
  try {
    const onTerminal = 'exec 0<>"$0" 1>&0 2>&0; exec "$@"';
    const argv = ['/bin/sh', '-c', onTerminal, terminal.path, ...launch.argv] as [string, ...string[]];
    const child = await startProcess({ ...launch, argv }, ['ignore', 'ignore', 'ignore']);
    return new LocalStream((stream) => {
      deliver = (data) => stream.deliver('stdout', data);
      return {
        ended: followTerminal(child, terminal),
        write: (data) => terminal.write(data),
        closeInput: () => void terminal.write(Buffer.from([4])),
        resize: (next) => terminal.resize(next),
        release: () => terminal[Symbol.dispose](),
      };
    });
  } catch (error) {
    terminal[Symbol.dispose]();
    throw error;
  }
}

function unreachable(url: string, reason: string): RexError<'CONNECTION_FAILED'> {
  return new RexError('CONNECTION_FAILED', `${url} cannot be reached: ${reason}`, { url, reason });
}
