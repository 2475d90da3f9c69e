import type { OutputStream } from '../../../process/process-handle.ts';

/** Bytes of a frame's header: stream, three zeroes, length (big endian). */
const headerBytes = 8;

/**
 * Takes apart the engine's frames of standard output and error, however they are cut into chunks; content is passed on as it
 * comes, without waiting for the end of a frame.
 */
export class FrameReader {
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #stream: OutputStream = 'stdout';
  #left = 0;

  /** Passes on what a chunk holds. */
  read(chunk: Uint8Array, onOutput: (stream: OutputStream, data: Uint8Array) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        const taken = Math.min(headerBytes - this.#headerFilled, chunk.length - at);
        this.#header.set(chunk.subarray(at, at + taken), this.#headerFilled);
        this.#headerFilled += taken;
        at += taken;
        if (this.#headerFilled < headerBytes) return;
        this.#headerFilled = 0;
        this.#stream = this.#header[0] === 2 ? 'stderr' : 'stdout';
        this.#left = this.#header.readUInt32BE(4);
        continue;
      }
      const end = Math.min(at + this.#left, chunk.length);
      this.#left -= end - at;
      onOutput(this.#stream, chunk.subarray(at, end));
      at = end;
    }
  }
}
