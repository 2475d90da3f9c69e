import { readLength } from '../task/keyword-rules.ts';

/** Letters of one word of an identifier, or digits: `parseHTMLFile2` has the words parse, HTML, File and 2. */
const wordPattern = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|[\p{L}\p{M}]+|\d+/gu;
/** Runs of characters that may be a path, a name or code. */
const chunkPattern = /[\w\-./:@#+<>()`[\]]+/g;

/** Words of a text in small letters, identifiers taken apart. */
export function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, readLength)
      .match(wordPattern)
      ?.map((word) => word.toLowerCase()) ?? []
  );
}

/**
 * Named features of a text: its words and pairs of words, those of the first line once more, endings and parts of paths,
 * shapes of code, length.
 */
export function textFeatures(text: string): Map<string, number> {
  const read = text.slice(0, readLength);
  const counts = new Map<string, number>();
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const words = wordsOf(read);
  const first = wordsOf(read.split('\n', 1)[0] as string);
  addWords(words, 'w', add);
  addWords(first, 'f', add);
  if (first[0] !== undefined) add(`s:${first[0]}`);
  for (const chunk of read.match(chunkPattern) ?? []) addShapes(chunk, add);
  add(`len:${Math.min(9, Math.floor(Math.log2(words.length + 1)))}`);
  add(`lines:${Math.min(6, Math.floor(Math.log2(read.split('\n').length)))}`);
  return new Map([...counts].map(([name, count]) => [name, 1 + Math.log(count)]));
}

function addWords(words: readonly string[], kind: string, add: (name: string) => void): void {
  words.forEach((word, at) => {
    add(`${kind}:${word}`);
    if (at > 0) add(`${kind}:${words[at - 1]} ${word}`);
  });
}

function addShapes(chunk: string, add: (name: string) => void): void {
  const bare = chunk.toLowerCase().replace(/^[.`()[\]<>:]+|[.`()[\]<>:]+$/g, '');
  const ending = /\.([a-z]{1,5})$/.exec(bare);
  if (ending) add(`x:${ending[1]}`);
  if (bare.includes('/')) for (const part of bare.split('/').slice(0, 6)) add(`p:${part}`);
  if (chunk.includes('::')) add('code:::');
  if (chunk.includes('_')) add('code:_');
  if (/[a-z][A-Z]/.test(chunk)) add('code:camel');
  if (chunk.endsWith('()')) add('code:call');
  if (chunk.includes('`')) add('code:quoted');
}
