import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { ChangeSignal } from '../../../core/change-signal.ts';

/** A part of a log. */
export interface LogPart {
  readonly data: Buffer;
  /** Where it begins: later than asked where that part is no longer kept. */
  readonly offset: number;
  /** Where the next part begins. */
  readonly next: number;
}

/**
 * Everything that a job printed, in order, readable by offset while it runs and afterwards. Small logs stay in memory,
 * larger ones go to a file; of very large ones the first and the last half of `maxBytes` are kept.
 */
export class JobLog {
  readonly #path: () => string;
  readonly #headBytes: number;
  readonly #ringBytes: number;
  readonly #memoryBytes: number;
  #memory: Buffer[] = [];
  #file: { readonly descriptor: number; readonly path: string } | undefined;
  #total = 0;
  #closed = false;
  readonly #changes = new ChangeSignal();

  /** @param path gives the file's name when one is needed */
  constructor(path: () => string, maxBytes: number, memoryBytes: number = 64 * 1024) {
    this.#path = path;
    this.#memoryBytes = Math.min(memoryBytes, maxBytes);
    this.#headBytes = Math.ceil(maxBytes / 2);
    this.#ringBytes = Math.max(1, maxBytes - this.#headBytes);
  }

  /** Bytes printed in all. */
  get total(): number {
    return this.#total;
  }

  append(data: Uint8Array): void {
    if (data.length === 0 || this.#closed) return;
    if (!this.#file && this.#total + data.length <= this.#memoryBytes) this.#memory.push(Buffer.from(data));
    else this.#toFile(data);
    this.#total += data.length;
    this.wake();
  }

  /** At most `limit` bytes from `offset`; a negative offset counts from the end. */
  read(offset: number, limit: number): LogPart {
    const ringStart = Math.max(this.#headBytes, this.#total - this.#ringBytes);
    let start = Math.min(offset < 0 ? Math.max(0, this.#total + offset) : offset, this.#total);
    if (start >= this.#headBytes && start < ringStart) start = ringStart;
    const isCut = ringStart > this.#headBytes && start < this.#headBytes;
    const end = Math.min(start + limit, isCut ? this.#headBytes : this.#total);
    const next = end === this.#headBytes && isCut ? ringStart : end;
    if (!this.#file) return { data: Buffer.concat(this.#memory).subarray(start, end), offset: start, next };
    const data = Buffer.alloc(end - start);
    this.#eachRun(start, data.length, (at, from, length) => {
      readSync(this.#file?.descriptor as number, data, from, length, at);
    });
    return { data, offset: start, next };
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return this.#changes.next();
  }

  /** Tells those who wait for a change. */
  wake(): void {
    this.#changes.notify();
  }

  /** Removes the file; idempotent. */
  dispose(): void {
    this.#closed = true;
    this.#memory = [];
    this.#total = 0;
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    closeSync(file.descriptor);
    unlinkSync(file.path);
  }

  #toFile(data: Uint8Array): void {
    if (!this.#file) {
      const path = this.#path();
      this.#file = { descriptor: openSync(path, 'wx+', 0o600), path };
      const kept = Buffer.concat(this.#memory);
      this.#memory = [];
      this.#write(0, kept);
    }
    this.#write(this.#total, data);
  }

  #write(offset: number, data: Uint8Array): void {
    this.#eachRun(offset, data.length, (at, from, length) => {
      writeSync(this.#file?.descriptor as number, data, from, length, at);
    });
  }

  /** Parts of a range that lie in one piece in the file, whose second half is a ring. */
  #eachRun(offset: number, length: number, act: (at: number, from: number, length: number) => void): void {
    for (let from = 0; from < length; ) {
      const at = offset + from;
      const inHead = at < this.#headBytes;
      const place = inHead ? at : this.#headBytes + ((at - this.#headBytes) % this.#ringBytes);
      const room = (inHead ? this.#headBytes : this.#headBytes + this.#ringBytes) - place;
      const run = Math.min(room, length - from);
      act(place, from, run);
      from += run;
    }
  }
}
