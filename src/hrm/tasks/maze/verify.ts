import { neighbours, shortestPath } from './maze.ts';

/** What an answer to a maze is worth. */
export interface MazeVerdict {
  /** The marked cells form one way from S to G, no wall moved. */
  readonly isLegal: boolean;
  /** It is legal and no way is shorter. */
  readonly isOptimal: boolean;
}

/** Checks an answer by the rules alone, so that any shortest path counts. */
export function verifyMaze(puzzle: readonly string[], answer: readonly string[]): MazeVerdict {
  const isSameMaze =
    answer.length === puzzle.length && answer.every((row, r) => row.replaceAll('o', ' ') === (puzzle[r] as string));
  const best = shortestPath(puzzle);
  if (!isSameMaze || !best) return { isLegal: false, isOptimal: false };
  const marked = answer.reduce((sum, row) => sum + [...row].filter((cell) => cell === 'o').length, 0);
  const way = answer.map((row) => row.replaceAll(' ', '#'));
  const isOneWay = way.every((row, r) =>
    [...row].every((cell, c) => cell === '#' || degree(way, r, c) === (cell === 'o' ? 2 : 1)),
  );
  const isLegal = isOneWay && shortestPath(way)?.length === marked + 2;
  return { isLegal, isOptimal: isLegal && marked + 2 === best.length };
}

function degree(way: readonly string[], row: number, column: number): number {
  return neighbours(row, column).filter(([r, c]) => (way[r]?.[c] ?? '#') !== '#').length;
}
