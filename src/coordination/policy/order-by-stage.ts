import type { OrderEdge } from '../model/prediction.ts';

/** Stages of a change in their usual order; a text belongs to the first whose words it has, otherwise to the code. */
const stages: readonly (readonly [stage: number, words: RegExp])[] = [
  [6, /\b(merge|push|tag|commit|pull request)\b/i],
  [5, /\b(deploy\w*|releas\w*|publish\w*|ship|announce\w*)\b/i],
  [4, /\b(docs?|document\w*|readme|changelog|guide)\b/i],
  [3, /\b(tests?|testing|verif\w*|validat\w*|benchmark\w*|coverage)\b/i],
  [0, /\b(reproduce|investigate|research|find out|plan|design)\b/i],
  [0, /\b(install\w*|set ?up|bump|upgrade|scaffold|dependenc\w*|initiali[sz]e|prepare)\b/i],
  [2, /\b(build|compile|docker\w*|image|bundle|pipeline|ci|workflow)\b/i],
];

const codeStage = 1;

/** Stage of a change that a text belongs to, 0 for the first. */
export function stageOf(text: string): number {
  return stages.find(([, words]) => words.test(text.slice(0, 500)))?.[0] ?? codeStage;
}

/** What belongs to an earlier stage comes before what belongs to the next later one that occurs. */
export function orderByStage(texts: readonly string[]): readonly OrderEdge[] {
  const stageOfEach = texts.map(stageOf);
  const occurring = [...new Set(stageOfEach)].sort((first, second) => first - second);
  return stageOfEach.flatMap((stage, after) => {
    const previous = occurring[occurring.indexOf(stage) - 1];
    if (previous === undefined) return [];
    return stageOfEach.flatMap((other, before): OrderEdge[] => (other === previous ? [[before, after]] : []));
  });
}
