import { wordsOf } from '../encoder/text-features.ts';
import { listFacts } from './list-facts.ts';
import { subtaskRelations } from './subtask-relations.ts';

/** What a subtask is about, so that "tests after the code" is learned once and not for each pair of words. */
const roles: readonly RegExp[] = [
  /\b(address|review|feedback|comments?|nits?|suggestions?|clean ?up|polish|lint\w*|format\w*|fmt|tweak\w*|minor|simplif\w*)\b/i,
  /\btests?\b|testing|spec/i,
  /\b(docs?|readme|changelog|document\w*|comments?)\b/i,
  /\b(fix\w*|correct\w*|bug)\b/i,
  /\b(initial\w*|first|wip|start\w*|begin|introduce\w*|implement\w*|creat\w*|add(ed|s)?)\b/i,
  /\b(refactor\w*|renam\w*|mov\w+|extract\w*|prepar\w*|split\w*)\b/i,
  /\b(bump|version|release|updat\w*|upgrad\w*)\b/i,
  /\b(remov\w*|delet\w*|drop\w*|revert\w*|use)\b/i,
];

/** Numbers that say of an ordered pair of subtasks what they are about, how they are written and how they hang together. */
export function pairFacts(request: string, subtasks: readonly string[]): (first: number, second: number) => number[] {
  const goal = new Set(wordsOf(request));
  const list = listFacts(request, subtasks);
  const relations = subtaskRelations(request, subtasks);
  const facts = subtasks.map((text) => {
    const words = wordsOf(text);
    const about = roles.map((role) => (role.test(text) ? 1 : 0));
    return { words: new Set(words), count: words.length, length: text.length, about };
  });
  return (first, second) => {
    const [before, after] = [facts[first], facts[second]] as [(typeof facts)[number], (typeof facts)[number]];
    const shared = overlap(before.words, after.words);
    const part = shared / Math.max(1, Math.min(before.words.size, after.words.size));
    const goals = [overlap(before.words, goal), overlap(after.words, goal)];
    const sizes = [before.length, after.length, before.count - after.count];
    return [...before.about, ...after.about, ...list, shared, part, ...goals, ...sizes, ...relations(first, second)];
  };
}

function overlap(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of first) if (second.has(word)) shared += 1;
  return shared;
}
