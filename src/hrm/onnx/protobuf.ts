/** A protocol-buffer message under construction: fields in any order, encoded bytes at the end. */
export class ProtobufMessage {
  readonly #parts: Uint8Array[] = [];

  /** A varint field: integers, enums, booleans. */
  integer(field: number, value: number): this {
    this.#push(varint(field * 8), varint(value));
    return this;
  }

  /** A text, bytes or message field. */
  bytes(field: number, value: string | Uint8Array | ProtobufMessage): this {
    const content =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof Uint8Array
          ? value
          : value.encode();
    this.#push(varint(field * 8 + 2), varint(content.length), content);
    return this;
  }

  /** The encoded message. */
  encode(): Uint8Array {
    const encoded = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      encoded.set(part, at);
      at += part.length;
    }
    return encoded;
  }

  #push(...parts: Uint8Array[]): void {
    this.#parts.push(...parts);
  }
}

/** Base 128, least significant group first; negative numbers take ten bytes. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const more = rest > 127n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
