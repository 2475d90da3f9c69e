import type { Tool } from '../../../agents/tools/tool.ts';
import { identifiersOf } from './identifiers.ts';
import { signatureParts } from './type-text.ts';

/** Declarations of the tools that fit the words best; without words the names of all. */
export function searchTools(tools: readonly Tool[], query: string, limit: number): string[] {
  const words = query.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const names = identifiersOf(tools.map(({ name }) => name));
  if (words.length === 0) return [...names.values()];
  return tools
    .map((tool, index) => ({ tool, index, score: scoreOf(tool, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, limit)
    .map(({ tool }) => {
      const { comment, parameter, result } = signatureParts(tool);
      return `${comment}\nfunction ${names.get(tool.name)}(${parameter}): ${result};`;
    });
}

/** A word in the name counts three times one in the description, and that twice one among the arguments. */
function scoreOf({ name, description, inputSchema }: Tool, words: readonly string[]): number {
  const places: readonly [text: string, weight: number][] = [
    [name.toLowerCase(), 6],
    [description.toLowerCase(), 2],
    [
      Object.keys((inputSchema.properties ?? {}) as object)
        .join(' ')
        .toLowerCase(),
      1,
    ],
  ];
  let score = 0;
  for (const word of words) for (const [text, weight] of places) if (text.includes(word)) score += weight;
  return score;
}
