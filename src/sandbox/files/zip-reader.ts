import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { chunkBytes } from './streams.ts';

const blocksKept = 16;

/** Reads a zip for yauzl, whose many small reads lie close together, in blocks of 64 KiB. */
export class ZipReader extends RandomAccessReader {
  readonly #handle: FileHandle;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  /** Up to `length` bytes from a position; fewer at the end of the file. */
  async bytes(position: number, length: number): Promise<Buffer> {
    const end = position + length;
    const parts: Uint8Array[] = [];
    for (let at = position; at < end; ) {
      const index = Math.floor(at / chunkBytes);
      const start = index * chunkBytes;
      const part = (await this.#block(index)).subarray(at - start, end - start);
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => callback(null, bytes.copy(buffer, offset)),
      (error: Error) => callback(error),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  override close(callback: (error: Error | null) => void): void {
    this.#handle.close().then(() => callback(null), callback);
  }

  async *#range(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let position = start; position < end; ) {
      const wanted = Math.min(chunkBytes, end - position);
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, position);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  #block(index: number): Promise<Uint8Array> {
    const block = this.#blocks.get(index) ?? this.#load(index);
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= blocksKept) break;
      this.#blocks.delete(oldest);
    }
    return block;
  }

  async #load(index: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.#handle.read(
      Buffer.allocUnsafeSlow(chunkBytes),
      0,
      chunkBytes,
      index * chunkBytes,
    );
    return buffer.subarray(0, bytesRead);
  }
}
