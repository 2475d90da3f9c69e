import { randomId } from '../../core/ids.ts';

const opening = '\x02';
const closing = '\x03';
/** A token, and the report that may follow one. */
const anyToken = new RegExp(`${opening}[0-9a-f]{32}${closing}(?:\\d*:\\w*:\\d+\\r?\\n)?`, 'g');

/** A random text that no output contains by chance: 128 bits between two control characters. */
export function makeToken(): string {
  return `${opening}${randomId(32)}${closing}`;
}

/** Text without the tokens, and reports, of a run that was given up. */
export function withoutTokens(text: string): string {
  return text.includes(opening) ? text.replace(anyToken, '') : text;
}

/** What one piece of a stream holds: bytes before the token, and what follows it once it is found. */
export interface Scan {
  readonly before: Uint8Array;
  /** Bytes after the token, or undefined while it has not come. */
  readonly after: Uint8Array | undefined;
}

/**
 * Finds a token in a stream of pieces. Bytes that cannot belong to the token are passed on at once; at most a token's
 * length is held back, and only when the end of a piece looks like the token's start.
 */
export class TokenScanner {
  readonly #token: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(token: string) {
    this.#token = Buffer.from(token, 'latin1');
  }

  /** Looks at the next piece. After the token has been found the scanner is used up. */
  scan(data: Uint8Array): Scan {
    const piece = Buffer.from(data.buffer, data.byteOffset, data.length);
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, piece]) : piece;
    const at = bytes.indexOf(this.#token);
    if (at !== -1) return { before: bytes.subarray(0, at), after: bytes.subarray(at + this.#token.length) };
    const cut = this.#partialStart(bytes);
    this.#held = cut < bytes.length ? Buffer.from(bytes.subarray(cut)) : Buffer.alloc(0);
    return { before: bytes.subarray(0, cut), after: undefined };
  }

  /** Bytes held back, for a stream that ends without the token. */
  rest(): Uint8Array {
    return this.#held;
  }

  /** Position of the longest suffix that the token could start with; the length when there is none. */
  #partialStart(bytes: Buffer): number {
    let at = bytes.indexOf(this.#token[0] as number, Math.max(0, bytes.length - this.#token.length + 1));
    while (at !== -1) {
      if (this.#token.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
      at = bytes.indexOf(this.#token[0] as number, at + 1);
    }
    return bytes.length;
  }
}
