import type { Duplex } from 'node:stream';
import { deferred } from '../../../../core/deferred.ts';
import type { TerminalSize } from '../../../process/command.ts';
import type { OutputStream } from '../../../process/process-handle.ts';
import type { StreamEnd, TargetStream } from '../../../target/target.ts';
import { FrameReader } from './frames.ts';
import type { TerminalSizer } from './terminal-sizer.ts';

/** How an {@link ExecStream} is made. */
export interface ExecStreamOptions {
  /** Sets the size of its terminal. Default: there is no terminal. */
  readonly sizer?: TerminalSizer | undefined;
  /** How the program ended, once its stream has: waits until it has ended itself. Called at most once; never rejects. */
  findEnd(cause: Error | undefined): Promise<StreamEnd>;
}

type Listener = (stream: OutputStream, data: Uint8Array) => void;

const endOfTransmission = 4;

/** An exec's connection as a {@link TargetStream}. */
export class ExecStream implements TargetStream {
  readonly ended: Promise<StreamEnd>;
  readonly #socket: Duplex;
  readonly #sizer: TerminalSizer | undefined;
  readonly #early: Parameters<Listener>[] = [];
  readonly #end = deferred<StreamEnd>();
  #listener: Listener | undefined;
  #isOver = false;

  constructor(socket: Duplex, { sizer, findEnd }: ExecStreamOptions) {
    this.#socket = socket;
    this.#sizer = sizer;
    this.ended = this.#end.promise;
    const frames = new FrameReader();
    const deliver: Listener = (stream, data) => {
      if (this.#listener) this.#listener(stream, data);
      else this.#early.push([stream, data]);
    };
    socket.on('data', (chunk: Buffer) => {
      if (sizer) deliver('stdout', chunk);
      else frames.read(chunk, deliver);
    });
    let cause: Error | undefined;
    socket.once('error', (error) => {
      cause = error;
    });
    const settle = async () => {
      if (this.#isOver) return;
      this.#isOver = true;
      sizer?.[Symbol.dispose]();
      this.#end.resolve(await findEnd(cause));
      socket.destroy();
    };
    socket.once('end', settle);
    socket.once('close', settle);
  }

  get onOutput(): Listener {
    return this.#listener ?? (() => {});
  }

  set onOutput(listener: Listener) {
    this.#listener = listener;
    for (const [stream, data] of this.#early.splice(0)) listener(stream, data);
  }

  write(data: Uint8Array): Promise<boolean> {
    if (!this.#socket.writable) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#socket.write(data, (error) => resolve(!error));
    });
  }

  closeInput(): void {
    if (this.#sizer) void this.write(Uint8Array.of(endOfTransmission));
    else if (this.#socket.writable) this.#socket.end();
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#sizer?.set(size);
  }

  destroy(): void {
    this.#isOver = true;
    this.#sizer?.[Symbol.dispose]();
    this.#end.resolve({ exitCode: null, signal: null, lost: 'the stream was let go' });
    this.#socket.destroy();
  }
}
