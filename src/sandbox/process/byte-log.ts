import { ChangeSignal } from '../../core/change-signal.ts';
import type { Cursor, OutputStream, ReadOptions } from './process-handle.ts';

/** A run of bytes of one stream, at its place in the whole output. */
export interface LogChunk {
  readonly type: 'output';
  readonly stream: OutputStream;
  readonly cursor: Cursor;
  readonly data: Uint8Array;
}

/** Bytes that were printed but are no longer kept. */
export interface LogGap {
  readonly type: 'gap';
  readonly from: Cursor;
  readonly to: Cursor;
}

interface Block {
  readonly stream: OutputStream;
  start: Cursor;
  bytes: Buffer;
  /** Bytes of the block in use; the rest takes small appends. */
  length: number;
  offset: number;
}

const blockBytes = 16 * 1024;

/**
 * A bounded, sequenced log of what a process prints. The first and the last half of `maxBytes` are kept, the middle is
 * dropped and shows as a gap. Every byte has a fixed cursor, so any number of readers can follow, come late or come
 * back. Appending is constant time per byte; a chunk that a reader has been given never changes.
 */
export class ByteLog {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #head: Block[] = [];
  #tail: Block[] = [];
  #tailFirst = 0;
  #headBytes = 0;
  #tailBytes = 0;
  #total = 0;
  #ended = false;
  readonly #changes = new ChangeSignal();

  constructor(maxBytes: number) {
    this.#headLimit = Math.ceil(maxBytes / 2);
    this.#tailLimit = Math.max(0, maxBytes - this.#headLimit);
  }

  /** Bytes appended in all: the cursor of the next one. */
  get end(): Cursor {
    return this.#total;
  }

  /** True after {@link close}. */
  get closed(): boolean {
    return this.#ended;
  }

  /** The dropped middle, if any. */
  get gap(): LogGap | undefined {
    const to = this.#total - this.#tailBytes;
    return to > this.#headBytes ? { type: 'gap', from: this.#headBytes, to } : undefined;
  }

  /** Adds bytes; the array may be kept, so the caller no longer writes to it. */
  append(stream: OutputStream, data: Uint8Array): void {
    if (data.length === 0 || this.#ended) return;
    const room = this.#headLimit - this.#headBytes;
    const toHead = this.#tailBytes > 0 ? 0 : Math.min(room, data.length);
    if (toHead > 0) {
      this.#headBytes += toHead;
      this.#push(this.#head, 0, stream, data.subarray(0, toHead));
    }
    if (toHead < data.length) {
      const rest = data.subarray(toHead);
      this.#tailBytes += rest.length;
      this.#push(this.#tail, this.#tailFirst, stream, rest);
      this.#evict();
    }
    this.#changes.notify();
  }

  /** Ends the log: readers finish when they have seen everything. */
  close(): void {
    this.#ended = true;
    this.#changes.notify();
  }

  /** What is kept at or after `cursor`, in order, with the gap where it lies. */
  *chunks(cursor: Cursor = 0): Generator<LogChunk | LogGap> {
    for (const block of this.#head) {
      const chunk = chunkAfter(block, cursor);
      if (chunk) yield chunk;
    }
    const gap = this.gap;
    if (gap && cursor < gap.to) yield { ...gap, from: Math.max(gap.from, cursor) };
    for (let index = this.#firstTailBlock(cursor); index < this.#tail.length; index++) {
      const chunk = chunkAfter(this.#tail[index] as Block, cursor);
      if (chunk) yield chunk;
    }
  }

  /** Resolves at the next append or at the end; at once when the log has ended. */
  changed(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return this.#changes.next();
  }

  /** Follows the log from `after`; with `follow: false` it ends at what is there now. */
  async *read(options: ReadOptions = {}): AsyncGenerator<LogChunk | LogGap, void, void> {
    const { after = 0, follow = true, signal } = options;
    const wake = () => this.#changes.notify();
    signal?.addEventListener('abort', wake, { once: true });
    try {
      for (let cursor = after; ; ) {
        for (const chunk of [...this.chunks(cursor)]) {
          signal?.throwIfAborted();
          cursor = chunk.type === 'gap' ? chunk.to : chunk.cursor + chunk.data.length;
          yield chunk;
        }
        signal?.throwIfAborted();
        if (cursor < this.#total) continue;
        if (this.#ended || !follow) return;
        await this.changed();
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  #push(blocks: Block[], first: number, stream: OutputStream, data: Uint8Array): void {
    const start = this.#total;
    this.#total += data.length;
    const last = blocks.length > first ? blocks[blocks.length - 1] : undefined;
    if (last && last.stream === stream && data.length <= last.bytes.length - last.offset - last.length) {
      last.bytes.set(data, last.offset + last.length);
      last.length += data.length;
      return;
    }
    if (data.length >= blockBytes / 2) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
      blocks.push({ stream, start, bytes, length: data.length, offset: 0 });
      return;
    }
    const bytes = Buffer.allocUnsafe(blockBytes);
    bytes.set(data);
    blocks.push({ stream, start, bytes, length: data.length, offset: 0 });
  }

  #evict(): void {
    while (this.#tailBytes > this.#tailLimit) {
      const block = this.#tail[this.#tailFirst] as Block;
      const excess = Math.min(this.#tailBytes - this.#tailLimit, block.length);
      this.#tailBytes -= excess;
      block.start += excess;
      block.offset += excess;
      block.length -= excess;
      if (block.length > 0) break;
      this.#tailFirst++;
    }
    if (this.#tailFirst > 64 && this.#tailFirst * 2 > this.#tail.length) {
      this.#tail = this.#tail.slice(this.#tailFirst);
      this.#tailFirst = 0;
    }
  }

  #firstTailBlock(cursor: Cursor): number {
    let low = this.#tailFirst;
    let high = this.#tail.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = this.#tail[middle] as Block;
      if (block.start + block.length <= cursor) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function chunkAfter(block: Block, cursor: Cursor): LogChunk | undefined {
  const skip = Math.max(0, cursor - block.start);
  if (skip >= block.length) return undefined;
  const data = block.bytes.subarray(block.offset + skip, block.offset + block.length);
  return { type: 'output', stream: block.stream, cursor: block.start + skip, data };
}
