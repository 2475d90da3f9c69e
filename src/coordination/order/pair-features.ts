import type { SparseVector } from '../encoder/encoded-task.ts';
import { hashFeatures } from '../encoder/hash.ts';
import { wordsOf } from '../encoder/text-features.ts';
import { fillers } from './fillers.ts';
import { nameOf } from './list-facts.ts';

/** Places of hashed features of pairs: crossed words are many, and two that share a place speak for each other. */
export const pairFeatureCount = 524_288;

/** Words of each subtask that are crossed with those of the other. */
const crossedWords = 8;

interface Words {
  readonly all: ReadonlySet<string>;
  readonly first: readonly string[];
  readonly name: string | undefined;
  readonly text: string;
}

/** Features of every ordered pair of subtasks, row by row; undefined on the diagonal. [n²] */
export function pairFeatures(request: string, subtasks: readonly string[]): (SparseVector | undefined)[] {
  const asked = contentWords(request);
  const kind = asked.slice(0, 2).join(' ');
  const size = Math.min(12, subtasks.length);
  const style = styleOf(subtasks);
  const words = subtasks.map((text): Words => {
    const content = contentWords(text);
    return {
      all: new Set(content),
      first: [...new Set(content)].slice(0, crossedWords),
      name: nameOf(text)?.toLowerCase(),
      text: text.toLowerCase(),
    };
  });
  const goal = new Set(asked);
  return words.flatMap((before, i) =>
    words.map((after, j) => (i === j ? undefined : featuresOf(before, after, { goal, kind, size, style }))),
  );
}

/** How a list is written: long or short items, small or capital letters at their start, marks in them. */
function styleOf(subtasks: readonly string[]): string {
  const share = (holds: (text: string) => boolean): number =>
    Math.round((3 * subtasks.filter(holds).length) / Math.max(1, subtasks.length));
  const length = subtasks.reduce((sum, text) => sum + text.length, 0) / Math.max(1, subtasks.length);
  const marks = [/^\p{Ll}/u, /[:(]/, /\.$/].map((mark) => share((text) => mark.test(text)));
  return `${Math.min(6, Math.floor(Math.log2(1 + length / 8)))}:${marks.join('')}`;
}

function contentWords(text: string): string[] {
  return wordsOf(text).filter((word) => !fillers.has(word));
}

function featuresOf(
  before: Words,
  after: Words,
  {
    goal,
    kind,
    size,
    style,
  }: { readonly goal: ReadonlySet<string>; readonly kind: string; readonly size: number; readonly style: string },
): SparseVector {
  const opening = kind.split(' ', 1)[0];
  const features = new Map<string, number>([
    ['bias', 1],
    [`n:${size}`, 1],
    [`kind:${kind}`, 1],
    [`style:${style}`, 1],
    [`style:${style} n:${size}`, 1],
    [`first:${opening}`, 1],
    [`first:${opening} n:${size}`, 1],
  ]);
  for (const word of before.all) features.set(`b:${word}`, 0.6);
  for (const word of after.all) features.set(`a:${word}`, 0.6);
  for (const first of before.first) for (const second of after.first) features.set(`x:${first} ${second}`, 0.4);
  features.set(`head:b ${opening} ${before.first[0]}`, 0.6).set(`head:a ${opening} ${after.first[0]}`, 0.6);
  for (const word of goal) {
    if (before.all.has(word)) features.set(`asked:b ${word}`, 0.3);
    if (after.all.has(word)) features.set(`asked:a ${word}`, 0.3);
  }
  features.set(`verbs:${before.first[0]} ${after.first[0]}`, 1);
  features.set(`head:b ${before.first[0]}`, 0.8).set(`head:a ${after.first[0]}`, 0.8);
  const shared = overlap(before.all, after.all);
  features.set(`shared:${Math.min(4, shared)}`, 1);
  features.set('share', shared / Math.max(1, Math.min(before.all.size, after.all.size)));
  const last = [...before.all].at(-1);
  if (last !== undefined && after.all.has(last)) features.set('object goes on', 1);
  features
    .set(`goal b:${Math.min(3, overlap(before.all, goal))}`, 1)
    .set(`goal a:${Math.min(3, overlap(after.all, goal))}`, 1);
  if (before.name && after.text.includes(before.name)) features.set('names before', 1.5);
  if (after.name && before.text.includes(after.name)) features.set('names after', 1.5);
  features.set(before.text.length < after.text.length ? 'longer' : 'shorter', 0.5);
  return hashFeatures(features, pairFeatureCount);
}

function overlap(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of first) if (second.has(word)) shared += 1;
  return shared;
}
