/** Reads the arguments of pickle opcodes; throws RangeError past the end. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A little-endian integer of up to eight bytes, whose length comes first. */
  long(): number {
    const length = this.byte();
    if (length > 8) throw new RangeError('an integer of more than eight bytes');
    let value = 0n;
    for (let index = 0; index < length; index++) value |= BigInt(this.byte()) << BigInt(8 * index);
    return Number(BigInt.asIntN(8 * length, value));
  }

  /** Text of a given number of bytes. */
  text(length: number): string {
    const start = this.#advance(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  /** Text up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end === -1) throw new RangeError('a line without end');
    const text = this.text(end - this.#at);
    this.skip(1);
    return text;
  }

  skip(count: number): void {
    this.#advance(count);
  }

  #advance(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.byteLength) throw new RangeError('past the end');
    this.#at += count;
    return start;
  }
}
