import { Buffer } from 'node:buffer';

/** Text, or the place of bytes that are none. */
export type TextPiece = string | { readonly at: number; readonly length: number };

/** One encoding, to be read. */
export interface TextCodec {
  readonly name: string;
  /** The text, or undefined where some bytes are none. */
  decode(bytes: Uint8Array): string | undefined;
  /** The text in pieces, and between them the places of the bytes that are none. */
  pieces(bytes: Uint8Array): Iterable<TextPiece>;
}

/** The same bytes as a `Buffer`, without a copy. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
