import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { settlesWithin } from '../../../core/settles-within.ts';
import type { ProcessHandle } from '../../../sandbox/process/process-handle.ts';
import type { McpTransport } from '../adapter/connect-client.ts';

const newline = 10;
const largestMessage = 64 * 1024 * 1024;
const endGraceMs = 1000;

/** Messages as lines over the streams of a process; closing ends the process and all it started. */
export class ProcessTransport implements McpTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: McpTransport['onmessage'];
  readonly #process: ProcessHandle;
  readonly #onError: (text: string) => void;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #reading: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @param onError hears what the process prints on standard error */
  constructor(process: ProcessHandle, onError: (text: string) => void) {
    this.#process = process;
    this.#onError = onError;
  }

  async start(): Promise<void> {
    this.#reading = this.#read().catch((error: unknown) => this.onerror?.(error as Error));
    void this.#reading.then(() => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#process.write(`${JSON.stringify(message)}\n`);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // The end of its input is how a server is told to go.
    await this.#process.closeInput().catch(() => {});
    await settlesWithin(this.#process.wait(), endGraceMs);
    await this.#process[Symbol.asyncDispose]();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const event of this.#process.read()) {
      if (event.type === 'gap') throw new Error('the server printed faster than could be read');
      if (event.type !== 'output') continue;
      if (event.stream === 'stderr') this.#onError(Buffer.from(event.data).toString('utf8'));
      else this.#receive(Buffer.from(event.data));
    }
  }

  #receive(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) {
      const end = rest.indexOf(newline);
      this.#held.push(end === -1 ? rest : rest.subarray(0, end));
      this.#heldBytes += (this.#held.at(-1) as Buffer).length;
      if (this.#heldBytes > largestMessage) throw new Error(`a message is larger than ${largestMessage} bytes`);
      if (end === -1) return;
      rest = rest.subarray(end + 1);
      const line = Buffer.concat(this.#held).toString('utf8').trim();
      this.#held = [];
      this.#heldBytes = 0;
      if (line !== '') this.#take(line);
    }
  }

  /** Lines that are no messages are a server's chatter. */
  #take(line: string): void {
    try {
      this.onmessage?.(JSON.parse(line) as JSONRPCMessage);
    } catch {
      this.#onError(`${line}\n`);
    }
  }
}
