import type { Json } from '../../core/json.ts';

/** JSON from text: the whole of it, the contents of a fence, or from the first brace to the last; undefined if none is. */
export function parseJson(text: string): Json | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)```/.exec(text)?.[1];
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  for (const candidate of [text, fenced, braced]) {
    if (candidate === undefined || candidate.trim() === '') continue;
    try {
      return JSON.parse(candidate) as Json;
    } catch {
      // The next candidate may be JSON.
    }
  }
  return undefined;
}
