import { invalidArgument } from '../../core/errors.ts';

/** Where a pattern was found in a stream of bytes. */
export interface Found {
  /** Which of the patterns. */
  readonly index: number;
  readonly text: string;
  readonly groups: readonly (string | undefined)[];
  /** Byte position of the match's start and end. */
  readonly start: number;
  readonly end: number;
}

const wholeBytes = 64 * 1024;
const overlapBytes = 4 * 1024;

/**
 * Looks for texts and regular expressions in bytes that arrive in pieces; the leftmost match wins. The first 64 KiB are
 * always searched as a whole; after that a match may reach back 4 KiB into what came before, so the cost stays linear.
 */
export class PatternSearch {
  readonly #patterns: readonly RegExp[];
  #window: Buffer = Buffer.alloc(0);
  /** Position of the window's first byte. */
  #start: number;

  /** @param start position of the first byte that will be fed. @throws INVALID_ARGUMENT for an empty text. */
  constructor(patterns: readonly (string | RegExp)[], start = 0) {
    this.#patterns = patterns.map(toRegExp);
    this.#start = start;
  }

  /** Adds bytes; returns the first match there is now. */
  feed(data: Uint8Array): Found | undefined {
    this.#window = this.#window.length === 0 ? Buffer.from(data) : Buffer.concat([this.#window, data]);
    const found = this.#search();
    if (!found && this.#window.length > wholeBytes) this.#slide();
    return found;
  }

  #search(): Found | undefined {
    const text = this.#window.toString('utf8');
    let best: { index: number; match: RegExpExecArray } | undefined;
    for (const [index, pattern] of this.#patterns.entries()) {
      const match = pattern.exec(text);
      if (match && (best === undefined || match.index < best.match.index)) best = { index, match };
    }
    if (!best) return undefined;
    const { index, match } = best;
    const start = this.#start + byteOffset(this.#window, text, match.index);
    const end = this.#start + byteOffset(this.#window, text, match.index + match[0].length);
    return { index, text: match[0], groups: match.slice(1), start, end };
  }

  #slide(): void {
    const cut = this.#window.length - overlapBytes;
    const lineStart = this.#window.indexOf(10, cut);
    const from = lineStart === -1 ? characterStart(this.#window, cut) : lineStart + 1;
    this.#window = Buffer.from(this.#window.subarray(from));
    this.#start += from;
  }
}

function toRegExp(pattern: string | RegExp): RegExp {
  if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  if (typeof pattern !== 'string' || pattern === '') throw invalidArgument('pattern', 'a text or a RegExp', pattern);
  return new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

/** Bytes before the character at `index` of `text`, where `text` is `bytes` decoded. */
function byteOffset(bytes: Buffer, text: string, index: number): number {
  const prefix = text.slice(0, index);
  const length = Buffer.byteLength(prefix);
  if (!prefix.includes('\ufffd')) return length;
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bytes.subarray(0, middle).toString('utf8').length < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

function characterStart(bytes: Buffer, index: number): number {
  let at = index;
  while (at < bytes.length && ((bytes[at] as number) & 0xc0) === 0x80) at++;
  return at;
}
