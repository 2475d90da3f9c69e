import type { Json } from '../../core/json.ts';

/** An output of at most `maximum` characters: of a longer one the beginning and the end, as text, with a mark between them. */
export function cutOutput(output: Json, maximum: number): Json {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return text.length <= maximum ? output : cutText(text, maximum);
}

/** Text of about `maximum` characters: the beginning and the end of longer text, with a mark between them. */
export function cutText(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  const head = Math.ceil((maximum * 2) / 3);
  const tail = maximum - head;
  const left = whole(text.slice(0, head));
  const right = tail === 0 ? '' : whole(text.slice(-tail));
  return `${left}\n[… ${text.length - left.length - right.length} characters left out …]\n${right}`;
}

/** Without halves of surrogate pairs at its ends. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '');
}
