import { Buffer } from 'node:buffer';
import { collectBytes } from '../../files/streams.ts';
import type { Target } from '../target.ts';
import type { Ask } from './ask.ts';
import { type Purpose, scriptError } from './failure.ts';
import { askScript, streamScript } from './prelude.ts';
import { ScriptStream } from './script-stream.ts';

/** What a script is for, and a way to stop it. */
export interface ScriptPurpose extends Purpose {
  readonly signal?: AbortSignal | undefined;
}

/** Runs the scripts of this room in a target: small ones by `ask` where there is one, the others on streams. */
export class FileShell {
  readonly #target: Target;
  readonly #ask: Ask | undefined;

  constructor(target: Target, ask?: Ask) {
    this.#target = target;
    this.#ask = ask;
  }

  /** Whether a small script costs less than a stream. */
  get isQuick(): boolean {
    return this.#ask !== undefined;
  }

  /**
   * Runs a script that is soon done, and may run twice, in one round trip and gives what it printed.
   * @throws what it said when it failed, typed
   */
  async answer(body: string, purpose: ScriptPurpose): Promise<Buffer> {
    purpose.signal?.throwIfAborted();
    if (this.#ask === undefined) return await this.collect(body, purpose);
    const { output, status } = await this.#ask(askScript(body));
    purpose.signal?.throwIfAborted();
    const bytes = Buffer.from(output.buffer, output.byteOffset, output.length);
    if (status === 0) return bytes;
    throw scriptError(bytes.toString('utf8', bytes.lastIndexOf(0) + 1), purpose, this.#target.name);
  }

  /** Runs a script on a stream of its own and gives what it printed. @throws what it said when it failed, typed */
  async collect(body: string, purpose: ScriptPurpose): Promise<Buffer> {
    const stream = await this.open(body, purpose);
    const bytes = await collectBytes(stream.chunks());
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Starts a script on a stream of its own. */
  async open(body: string, { operation, path, signal }: ScriptPurpose): Promise<ScriptStream> {
    signal?.throwIfAborted();
    const stream = await this.#target.open(streamScript(body), signal === undefined ? {} : { signal });
    return new ScriptStream(stream, { operation, path, name: this.#target.name, signal });
  }
}
