/** Parts of a request as its author wrote them. */
export interface TextParts {
  readonly parts: readonly string[];
  /** The author says that one follows the other. */
  readonly isSequence: boolean;
}

const bullet = /^\s*(?:[-*+•‣]|\(?\d{1,3}[.)]|\[[ xX]\]|[a-z]\))\s+(?:\[[ xX]\]\s+)?(?=\S)/;
const thenWord = /(?:[,;.]\s*|\s+)(?:and\s+)?(?:then|after (?:that|which)|afterwards|finally|next)\b,?\s+/i;
const firstWord = /^\s*(?:first(?:ly)?|to begin with)\b,?\s+/i;
const sentenceEnd = /(?<=[.!?;])\s+(?=\p{Lu})|[.!?;]?\n\s*\n\s*|;\s+/u;

/** Characters that are read, and characters of one part that are kept. */
const readLength = 20_000;
const partLength = 1_000;

/**
 * Takes a request apart where its author did: items of a list, steps joined by "then", or sentences. At most `maximum`
 * parts; one part where there is nothing to take apart.
 */
export function splitText(text: string, maximum: number): TextParts {
  const read = text.slice(0, readLength).trim();
  const items = listItems(read);
  if (items.length >= 2) return tidy(items, maximum, false);
  const steps = read.replace(firstWord, '').split(thenWord);
  if (steps.length >= 2) return tidy(steps, maximum, true);
  return tidy(read.split(sentenceEnd), maximum, false);
}

/** Items of a list; indented lines below an item belong to it, what stands before the list does not. */
function listItems(text: string): string[] {
  const items: string[] = [];
  for (const line of text.split('\n')) {
    if (bullet.test(line)) items.push(line.replace(bullet, ''));
    else if (items.length > 0 && /^\s+\S/.test(line)) items.push(`${items.pop()} ${line.trim()}`);
  }
  if (items.length >= 2) return items;
  const inline = text.split(/(?:^|[\s:;,])\(?\d{1,2}[.)]\s+(?=\S)/);
  return inline.length >= 3 ? inline.slice(1) : [];
}

function tidy(parts: readonly string[], maximum: number, isSequence: boolean): TextParts {
  const told = parts
    .map((part) =>
      part
        .replace(/\s+/g, ' ')
        .replace(/[\s,;]+$/, '')
        .trim(),
    )
    .filter(hasWord);
  const distinct = [...new Set(told)].slice(0, maximum);
  return { parts: distinct.map((part) => part.slice(0, partLength)), isSequence };
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]{2}/u.test(text);
}
