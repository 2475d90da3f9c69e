import { Buffer } from 'node:buffer';
import { chunkBytes } from '../../files/streams.ts';
import type { TargetStream } from '../target.ts';
import { outcomeUnknown, type Purpose, scriptError } from './failure.ts';

/** Byte on standard error by which a paced script asks for leave to send more. */
const askForMore = 0x06;
const leave: Uint8Array = Buffer.from('\n');

/** Most text of standard error that is kept. */
const keptErrorBytes = 16 * 1024;

/** Time that a script has to clear up after its input was closed. */
const clearUpMs = 5_000;

/** What a {@link ScriptStream} is for. */
export interface ScriptStreamOptions extends Purpose {
  /** Name of the target, for messages. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** A running script of this room: bytes to it and from it, and its failure as a typed error. */
export class ScriptStream {
  readonly #stream: TargetStream;
  readonly #options: ScriptStreamOptions;
  readonly #arrived: (Uint8Array | 'asked')[] = [];
  #wake: () => void = () => {};
  #ended = false;
  #said: Buffer = Buffer.alloc(0);
  readonly #onAbort = (): void => {
    this.#stream.closeInput();
    this.#wake();
  };

  constructor(stream: TargetStream, options: ScriptStreamOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.onOutput = (kind, data) => this.#onOutput(kind, data);
    void stream.ended.then(() => {
      this.#ended = true;
      options.signal?.removeEventListener('abort', this.#onAbort);
      this.#wake();
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted === true) this.#onAbort();
  }

  /** Sends bytes; false once the script takes no more. @throws the reason of an abort */
  async send(data: Uint8Array): Promise<boolean> {
    this.#options.signal?.throwIfAborted();
    return await Promise.race([this.#stream.write(data), this.#stream.ended.then(() => false)]);
  }

  /** What the script prints, in chunks of at most 64 KiB, then its failure, if it failed. A script is read once. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        this.#options.signal?.throwIfAborted();
        const next = this.#arrived.shift();
        if (next === 'asked') void this.#stream.write(leave);
        else if (next !== undefined)
          for (let at = 0; at < next.length; at += chunkBytes) yield next.subarray(at, at + chunkBytes);
        else if (this.#ended) break;
        else await new Promise<void>((wake) => (this.#wake = wake));
      }
      await this.finish();
    } finally {
      this.close();
    }
  }

  /** Closes the input and waits for the end. @throws what the script said when it failed, OUTCOME_UNKNOWN */
  async finish(): Promise<void> {
    this.#stream.closeInput();
    const end = await this.#stream.ended;
    this.#options.signal?.throwIfAborted();
    if (end.lost !== undefined) throw outcomeUnknown(this.#options, end.lost);
    if (end.exitCode === 0) return;
    if (end.exitCode === null)
      throw outcomeUnknown(this.#options, `its script was ended by ${end.signal ?? 'something'}`);
    throw scriptError(this.#said.toString(), this.#options, this.#options.name);
  }

  /** Gives up a script that takes input: waits until it has cleared up, a while at most. */
  async giveUp(): Promise<void> {
    this.#stream.closeInput();
    const timer = setTimeout(() => this.#stream.destroy(), clearUpMs);
    await this.#stream.ended;
    clearTimeout(timer);
  }

  /** Lets go of the script, which then ends by itself: its input is closed and nobody gives it leave to send more. */
  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#arrived.length = 0;
    this.#stream.onOutput = () => {};
    if (this.#ended) return;
    this.#stream.closeInput();
    this.#stream.destroy();
  }

  #onOutput(kind: 'stdout' | 'stderr', data: Uint8Array): void {
    if (kind === 'stdout') {
      this.#arrived.push(data);
    } else {
      const text = data.filter((byte) => byte !== askForMore);
      for (let asked = data.length - text.length; asked > 0; asked--) this.#arrived.push('asked');
      if (text.length > 0) this.#said = Buffer.concat([this.#said, text]).subarray(-keptErrorBytes);
    }
    this.#wake();
  }
}
