import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { deferred } from '../../core/deferred.ts';
import type { RexError } from '../../core/errors.ts';
import type { TerminalSize } from './command.ts';
import type { Launch } from './isolation.ts';
import type { OutputStream } from './process-handle.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** How the system says a process ended. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Set when its end cannot be known: what every call that waits for it rejects with. */
  readonly failure?: RexError;
}

/** A started program, on pipes or on a terminal. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended and everything it had printed by then was delivered. */
  readonly ended: Promise<ChildExit>;
  /** Sends to standard input, resolving when the system took it; false when nobody can read it. */
  write(data: Uint8Array): Promise<boolean>;
  closeInput(): void;
  /** Sets the terminal's size; undefined on pipes. */
  resize?(size: TerminalSize): void;
}

/** Receives output as it comes. */
export type OutputListener = (stream: OutputStream, data: Uint8Array) => void;

/**
 * Starts a program on pipes, as leader of its own process session. Rejects with the system's error when it cannot.
 * A grandchild that keeps the pipes open does not delay `ended`.
 */
export async function startOnPipes(launch: Launch, input: 'ignore' | 'pipe', listener: OutputListener): Promise<Child> {
  const child = await startProcess(launch, [input, 'pipe', 'pipe']);
  return {
    pid: child.pid as number,
    ended: followOutput(child, listener),
    write: (data) => writeTo(child.stdin, data),
    closeInput: () => void child.stdin?.end(),
  };
}

/** Points standard input and output at a terminal, which the process session then has as its own, and becomes the program. */
const onTerminal = 'exec 0<>"$0" 1>&0 2>&0; exec "$@"';

/** Starts a program on a new pseudo-terminal, as leader of its own process session. @throws DEPENDENCY_MISSING */
export async function startOnTerminal(launch: Launch, size: TerminalSize, listener: OutputListener): Promise<Child> {
  const terminal = await openTerminal(size, (data) => listener('stdout', data));
  try {
    const argv = ['/bin/sh', '-c', onTerminal, terminal.path, ...launch.argv] as const;
    const child = await startProcess({ ...launch, argv: [...argv] }, ['ignore', 'ignore', 'ignore']);
    return {
      pid: child.pid as number,
      ended: followTerminal(child, terminal),
      write: (data) => terminal.write(data),
      closeInput: () => void terminal.write(Buffer.from([4])),
      resize: (next) => terminal.resize(next),
    };
  } catch (error) {
    terminal[Symbol.dispose]();
    throw error;
  }
}

/** Resolves when a process on a terminal has ended and what it printed was delivered; closes the terminal. */
export function followTerminal(child: ChildProcess, terminal: Terminal): Promise<ChildExit> {
  const ended = deferred<ChildExit>();
  child.once('exit', async (exitCode, signal) => {
    await terminal.drain();
    terminal[Symbol.dispose]();
    ended.resolve({ exitCode, signal });
  });
  return ended.promise;
}

/** Spawns and waits until the system has started it. */
export function startProcess(launch: Launch, stdio: StdioOptions): Promise<ChildProcess> {
  const [program, ...args] = launch.argv;
  const child = spawn(program, args, { cwd: launch.cwd, env: launch.env, stdio, detached: true });
  const started = deferred<ChildProcess>();
  child.once('spawn', () => started.resolve(child));
  child.once('error', started.reject);
  for (const stream of child.stdio) stream?.on('error', () => {});
  return started.promise;
}

/** Delivers a child's output and resolves when it has ended and its pipes hold nothing more of its own. */
export function followOutput(child: ChildProcess, listener: OutputListener): Promise<ChildExit> {
  const ended = deferred<ChildExit>();
  let active = 0;
  let open = 0;
  let exit: ChildExit | undefined;
  for (const [stream, source] of [
    ['stdout', child.stdout],
    ['stderr', child.stderr],
  ] as const) {
    if (!source) continue;
    open++;
    source.on('data', (data: Buffer) => {
      active++;
      listener(stream, data);
    });
    source.once('close', () => {
      open--;
    });
  }
  const settle = () => {
    for (const source of [child.stdout, child.stderr]) source?.destroy();
    child.stdin?.destroy();
    ended.resolve(exit as ChildExit);
  };
  // What the process printed lies in the pipes when it ends, so a turn of the event loop without data is the end.
  const drain = (quiet: number, seen: number) => {
    if (open === 0 || quiet === 2) settle();
    else setImmediate(() => drain(active === seen ? quiet + 1 : 0, active));
  };
  child.once('exit', (exitCode, signal) => {
    exit = { exitCode, signal };
    drain(0, active);
  });
  return ended.promise;
}

/** Writes with back-pressure; false when the other end is gone. */
export function writeTo(stream: Writable | Socket | null | undefined, data: Uint8Array): Promise<boolean> {
  if (!stream?.writable) return Promise.resolve(false);
  return new Promise((resolve) => {
    stream.write(data, (error) => resolve(!error));
  });
}
