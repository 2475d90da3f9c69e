import { Buffer } from 'node:buffer';

const nothing = Buffer.alloc(0);

/** Takes bytes off a stream in the sizes that a format asks for, holding no more than a chunk and what is asked for. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Buffer = nothing;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to `most` bytes, as many as are at hand; none at the end of the stream. */
  async some(most: number): Promise<Buffer> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return nothing;
      this.#chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const taken = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /** Exactly `length` bytes. @throws where the stream ends before */
  async take(length: number): Promise<Buffer> {
    if (this.#chunk.length >= length) return this.some(length);
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Exactly `length` bytes in chunks. @throws where the stream ends before */
  async *stream(length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let missing = length; missing > 0; ) {
      const part = await this.some(missing);
      if (part.length === 0) throw new Error('the stream is cut short');
      missing -= part.length;
      yield part;
    }
  }

  /** Closes the stream. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
