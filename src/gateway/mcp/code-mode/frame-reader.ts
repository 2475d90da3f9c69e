import type { OutputFilter } from '../state/start-job.ts';

const newline = 10;

/**
 * Takes the lines that begin with a marker out of a stream and hands them on; everything else passes. A line longer
 * than `maxBytes` ends the reading of lines: what comes then passes as it is.
 */
export class FrameReader implements OutputFilter {
  readonly #marker: Buffer;
  readonly #maxBytes: number;
  readonly #onFrame: (text: string) => void;
  #held: Buffer = Buffer.alloc(0);
  #broken = false;

  constructor(marker: string, maxBytes: number, onFrame: (text: string) => void) {
    this.#marker = Buffer.from(marker);
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  pass(data: Uint8Array): Uint8Array {
    if (this.#broken) return data;
    let rest: Buffer = this.#held.length === 0 ? Buffer.from(data) : Buffer.concat([this.#held, data]);
    const passed: Buffer[] = [];
    for (;;) {
      const start = rest.indexOf(this.#marker);
      if (start === -1) break;
      const end = rest.indexOf(newline, start);
      if (end === -1 && rest.length - start <= this.#maxBytes) {
        passed.push(rest.subarray(0, start));
        this.#held = Buffer.from(rest.subarray(start));
        return Buffer.concat(passed);
      }
      if (end === -1 || end - start > this.#maxBytes) {
        this.#broken = true;
        this.#held = Buffer.alloc(0);
        return Buffer.concat([...passed, rest]);
      }
      passed.push(rest.subarray(0, start));
      this.#onFrame(rest.toString('utf8', start + this.#marker.length, end));
      rest = rest.subarray(end + 1);
    }
    const keep = this.#beginningAtEnd(rest);
    this.#held = Buffer.from(rest.subarray(rest.length - keep));
    passed.push(rest.subarray(0, rest.length - keep));
    return Buffer.concat(passed);
  }

  end(): Uint8Array {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  /** How many bytes at the end could be the beginning of a marker. */
  #beginningAtEnd(data: Buffer): number {
    for (let length = Math.min(this.#marker.length - 1, data.length); length > 0; length--) {
      if (data.subarray(data.length - length).equals(this.#marker.subarray(0, length))) return length;
    }
    return 0;
  }
}
