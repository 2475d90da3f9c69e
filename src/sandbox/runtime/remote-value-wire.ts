import { invalidArgument } from '../../core/errors.ts';
import type { Pattern } from '../session/session.ts';

/** Text or bytes in JSON. */
export type WireBytes = string | { readonly base64: string };

/** A text to find literally, or a RegExp, in JSON. */
export type WirePattern = string | { readonly source: string; readonly flags: string };

/** Environment variables in JSON; null removes one. */
export type WireEnvironment = Readonly<Record<string, string | null>>;

/** The same object without its undefined values. */
export type Compact<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

/** Leaves out what is undefined, so that the receiver's defaults apply. */
export function compact<Value extends object>(value: Value): Compact<Value> {
  return Object.fromEntries(Object.entries(value).filter((entry) => entry[1] !== undefined)) as Compact<Value>;
}

/** Text stays text; bytes become base64. */
export function encodeBytes(data: string | Uint8Array): WireBytes {
  if (typeof data === 'string') return data;
  return { base64: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}

/** The reverse of {@link encodeBytes}. */
export function decodeBytes(data: WireBytes): string | Uint8Array {
  return typeof data === 'string' ? data : Buffer.from(data.base64, 'base64');
}

/** A pattern in JSON. */
export function encodePattern(pattern: Pattern): WirePattern {
  return typeof pattern === 'string' ? pattern : { source: pattern.source, flags: pattern.flags };
}

/** The reverse of {@link encodePattern}. @throws INVALID_ARGUMENT for what is no RegExp */
export function decodePattern(pattern: WirePattern): Pattern {
  if (typeof pattern === 'string') return pattern;
  try {
    return new RegExp(pattern.source, pattern.flags);
  } catch {
    throw invalidArgument('pattern', 'a regular expression', `/${pattern.source}/${pattern.flags}`);
  }
}

/** One pattern or several, as a list. */
export function patternList(patterns: Pattern | readonly Pattern[] | undefined): readonly Pattern[] {
  if (patterns === undefined) return [];
  return typeof patterns === 'string' || patterns instanceof RegExp ? [patterns] : patterns;
}

/** An environment in JSON. */
export function encodeEnvironment(
  env: Readonly<Record<string, string | undefined>> | undefined,
): WireEnvironment | undefined {
  if (env === undefined) return undefined;
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? null]));
}

/** The reverse of {@link encodeEnvironment}. */
export function decodeEnvironment(
  env: WireEnvironment | undefined,
): Readonly<Record<string, string | undefined>> | undefined {
  if (env === undefined) return undefined;
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? undefined]));
}
