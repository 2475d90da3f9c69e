import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RexError } from '../../../core/errors.ts';
import { settlesWithin } from '../../../core/settles-within.ts';
import type { FileSystem } from '../../files/file-system.ts';
import type { TerminalSize } from '../../process/command.ts';
import type { Ask } from '../../target/files/ask.ts';
import type { LimitProbe } from '../../target/limit-watch.ts';
import type { OpenStreamOptions, StreamEnd, Target, TargetStream } from '../../target/target.ts';
import { type CountedLimits, probeLimits } from './container/container-limits.ts';
import type { ContainerWatch } from './container/container-watch.ts';
import type { Engine } from './engine/engine.ts';
import { engineError, saidBy, statusOf } from './engine/engine-error.ts';
import type { Docker } from './engine/load-dockerode.ts';
import { ArchiveFiles } from './files/archive-files.ts';
import { ExecStream } from './stream/exec-stream.ts';
import { awaitingSize, TerminalSizer } from './stream/terminal-sizer.ts';

/** A running container, as it is opened. */
export interface DockerTargetFacts {
  readonly id: string;
  readonly name: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Who runs what is started. Default: the container's user. */
  readonly user?: string | undefined;
  /** Where its bind mounts and volumes are. */
  readonly shared: ReadonlySet<string>;
  /** Its limits. */
  readonly limits: CountedLimits;
}

type Exec = Docker.Exec;

/** Exit code of what SIGKILL ended. */
const killed = 137;

/** Within this time an engine tells that a container has ended, once it told so of a program in it. */
const noticeMs = 1_000;

/** A container in which programs are started by the engine's exec. */
export class DockerTarget implements Target {
  readonly name: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: LimitProbe | undefined;
  readonly #engine: Engine;
  readonly #facts: DockerTargetFacts;
  readonly #watch: ContainerWatch;

  constructor(engine: Engine, watch: ContainerWatch, facts: DockerTargetFacts) {
    this.#engine = engine;
    this.#watch = watch;
    this.#facts = facts;
    this.name = `container ${facts.name}`;
    this.cwd = facts.cwd;
    this.env = facts.env;
    this.limits = Object.keys(facts.limits).length > 0 ? probeLimits(facts.limits) : undefined;
  }

  files(ask: Ask): FileSystem {
    return new ArchiveFiles(this.#engine, this, this.#facts, ask);
  }

  get lost(): Promise<string> {
    return this.#watch.lost;
  }

  gone(): string | undefined {
    return this.#watch.gone();
  }

  async open(script: string, options: OpenStreamOptions = {}): Promise<TargetStream> {
    const { terminal, signal } = options;
    signal?.throwIfAborted();
    let isAsked = false;
    try {
      const exec = await this.#create(script, terminal, signal);
      isAsked = true;
      const socket = await this.#start(exec, terminal, signal);
      return this.#toStream(exec, socket, terminal);
    } catch (error) {
      signal?.throwIfAborted();
      throw await this.#openError(error, script, isAsked);
    }
  }

  #create(script: string, terminal: TerminalSize | undefined, signal: AbortSignal | undefined): Promise<Exec> {
    const { id, cwd, user } = this.#facts;
    return this.#engine.client.getContainer(id).exec({
      Cmd: ['/bin/sh', '-c', terminal ? awaitingSize(script) : script],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: terminal !== undefined,
      ...(terminal ? { ConsoleSize: [terminal.rows, terminal.columns] } : {}),
      WorkingDir: cwd,
      ...(user === undefined ? {} : { User: user }),
      ...(signal ? { abortSignal: signal } : {}),
    });
  }

  async #start(exec: Exec, terminal: TerminalSize | undefined, signal: AbortSignal | undefined): Promise<Duplex> {
    return await exec.start({
      hijack: true,
      stdin: true,
      Tty: terminal !== undefined,
      Detach: false,
      ...(signal ? { abortSignal: signal } : {}),
    } as Docker.ExecStartOptions);
  }

  #toStream(exec: Exec, socket: Duplex, terminal: TerminalSize | undefined): ExecStream {
    const sizer = terminal && new TerminalSizer(({ columns, rows }) => exec.resize({ w: columns, h: rows }));
    if (terminal) void sizer?.set(terminal);
    return new ExecStream(socket, { sizer, findEnd: (cause) => this.#findEnd(exec, cause) });
  }

  /** A stream can end before its program: the engine is asked until the program has ended, too. */
  async #findEnd(exec: Exec, cause: Error | undefined): Promise<StreamEnd> {
    for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 200)) {
      try {
        const { Running, ExitCode } = await exec.inspect();
        if (!Running && ExitCode !== null) return await this.#toEnd(ExitCode);
      } catch (error) {
        return this.#lostEnd(
          (await this.#watch.check()) ?? `the connection to ${this.name} broke (${saidBy(cause ?? error)})`,
        );
      }
      const gone = this.gone();
      if (gone !== undefined) return this.#lostEnd(gone);
      await delay(waitMs, undefined, { ref: false });
    }
  }

  /** Everything in a container is killed with it, which looks like the program's own end until the engine notices. */
  async #toEnd(exitCode: number): Promise<StreamEnd> {
    if (exitCode === killed) await settlesWithin(this.#watch.lost, noticeMs);
    const gone = exitCode > 128 ? await this.#watch.check() : undefined;
    return gone === undefined ? { exitCode, signal: null } : this.#lostEnd(gone);
  }

  #lostEnd(lost: string): StreamEnd {
    return { exitCode: null, signal: null, lost };
  }

  /** A connection that broke once the start was asked for leaves open whether the program began. */
  async #openError(error: unknown, script: string, isAsked: boolean): Promise<RexError> {
    const { address } = this.#engine;
    const gone = await this.#watch.check();
    if (isAsked && statusOf(error) === undefined) {
      const reason = gone ?? saidBy(error);
      const message = `whether a program began in ${this.name} is unknown: ${reason}`;
      return new RexError('OUTCOME_UNKNOWN', message, { operation: 'start a program', reason }, { cause: error });
    }
    if (gone !== undefined) {
      return new RexError(
        'CONNECTION_FAILED',
        gone,
        { url: address.url, reason: gone },
        { cause: error, retryable: false },
      );
    }
    if (statusOf(error) === undefined)
      return engineError(error, { address, operation: `start a program in ${this.name}` });
    const said = saidBy(error);
    const hint = 'The container needs `/bin/sh`, and its working directory must exist.';
    const context = { command: script, errno: undefined };
    return new RexError('COMMAND_NOT_STARTED', `${this.name} starts nothing: ${said}`, context, { hint, cause: error });
  }
}
