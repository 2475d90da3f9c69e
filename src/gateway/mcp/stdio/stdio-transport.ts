import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { McpTransport } from '../adapter/connect-client.ts';

const newline = 10;
const keptOfLarge = 2048;

/** Parts of a message that was too large to take, enough to answer it. */
interface LargeMessage {
  readonly start: string;
  readonly end: string;
  readonly bytes: number;
}

/**
 * Messages as lines over two streams. It tells when the other side is gone, whether the stream ends, breaks or closes, and
 * a message that is too large is answered and left out: the connection lives on.
 */
export class StdioTransport implements McpTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: McpTransport['onmessage'];
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #maxBytes: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isClosed = false;

  constructor(input: Readable, output: Writable, maxBytes: number) {
    this.#input = input;
    this.#output = output;
    this.#maxBytes = maxBytes;
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#receive);
    for (const event of ['end', 'close', 'error'] as const) this.#input.once(event, this.#leave);
    // Writing to a reader that is gone is an error of the stream, not of the program.
    this.#output.on('error', this.#leave);
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error('the connection is closed'));
      if (this.#output.write(`${JSON.stringify(message)}\n`)) resolve();
      else this.#output.once('drain', resolve);
    });
  }

  async close(): Promise<void> {
    this.#leave();
  }

  readonly #leave = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#input.off('data', this.#receive);
    this.#input.pause();
    this.onclose?.();
  };

  readonly #receive = (chunk: Buffer): void => {
    for (let rest = chunk; rest.length > 0; ) {
      const end = rest.indexOf(newline);
      const piece = end === -1 ? rest : rest.subarray(0, end);
      rest = end === -1 ? rest.subarray(rest.length) : rest.subarray(end + 1);
      this.#hold(piece);
      if (end !== -1) this.#finishLine();
    }
  };

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    this.#held.push(piece);
    if (this.#heldBytes <= this.#maxBytes || this.#held.length < 3) return;
    // Of what is too large only the beginning and the end are kept.
    const [first = piece] = this.#held;
    this.#held = [first, Buffer.concat(this.#held.slice(1)).subarray(-keptOfLarge)];
  }

  #finishLine(): void {
    const bytes = this.#heldBytes;
    const pieces = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    if (bytes > this.#maxBytes) {
      this.#answerLarge(describeLarge(pieces, bytes));
      return;
    }
    const line = (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)).toString('utf8').trim();
    if (line !== '') this.#take(line);
  }

  #take(line: string): void {
    try {
      const value: unknown = JSON.parse(line);
      for (const message of Array.isArray(value) && value.length > 0 ? value : [value]) this.#deliver(message);
    } catch (error) {
      this.onerror?.(error as Error);
      this.#refuse(null, -32700, `Parse error: ${(error as Error).message.slice(0, 200)}`);
    }
  }

  #deliver(message: unknown): void {
    if (isMessage(message)) this.onmessage?.(message);
    else this.#refuse(idIn(message), -32600, 'Invalid Request: it is no JSON-RPC 2.0 message');
  }

  #refuse(id: string | number | null, code: number, message: string): void {
    void this.#write({ jsonrpc: '2.0', id, error: { code, message } });
  }

  #answerLarge({ start, end, bytes }: LargeMessage): void {
    const id = idOf(start, end);
    const text = `The message has ${bytes} bytes, more than the ${this.#maxBytes} that are taken. Send less at a time, such as file_write with mode 'append'.`;
    if (id === undefined) {
      this.onerror?.(new Error(text));
      return;
    }
    const isCall = start.includes('"tools/call"') || end.includes('"tools/call"');
    const result = { isError: true, content: [{ type: 'text', text }] };
    void this.#write(
      isCall ? { jsonrpc: '2.0', id, result } : { jsonrpc: '2.0', id, error: { code: -32600, message: text } },
    );
  }

  async #write(message: object): Promise<void> {
    await this.send(message as JSONRPCMessage).catch(() => {});
  }
}

function isMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { jsonrpc, method, id } = value as Readonly<Record<string, unknown>>;
  if (jsonrpc !== '2.0') return false;
  if (typeof method === 'string') return id === undefined || idIn(value) !== null;
  return idIn(value) !== null && ('result' in value || 'error' in value);
}

function idIn(value: unknown): string | number | null {
  const { id } = (value ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function describeLarge(pieces: readonly Buffer[], bytes: number): LargeMessage {
  const start = (pieces[0] as Buffer).toString('utf8', 0, keptOfLarge);
  return { start, end: (pieces.at(-1) as Buffer).subarray(-keptOfLarge).toString('utf8'), bytes };
}

/** The id of a message, which its writer puts at the beginning or at the end. */
function idOf(start: string, end: string): string | number | undefined {
  const value = '("(?:[^"\\\\]|\\\\.)*"|\\d+)';
  const match =
    new RegExp(`"id"\\s*:\\s*${value}\\s*(?:,\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*)?\\}\\s*$`).exec(end) ??
    new RegExp(
      `^\\s*\\{(?:\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*,)?(?:\\s*"method"\\s*:\\s*"[^"]*"\\s*,)?\\s*"id"\\s*:\\s*${value}`,
    ).exec(start);
  return match?.[1] === undefined ? undefined : (JSON.parse(match[1]) as string | number);
}
