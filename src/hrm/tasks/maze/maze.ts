import { invalidArgument } from '../../../core/errors.ts';
import type { Random } from '../../random.ts';

/** A maze as rows of `#` wall, ` ` floor, `S` start, `G` goal; in a solution `o` marks a shortest path. */
export interface Maze {
  readonly puzzle: readonly string[];
  readonly solution: readonly string[];
  /** Moves from start to goal. */
  readonly pathLength: number;
}

/** Options of {@link drawMaze}. */
export interface MazeOptions {
  readonly rows: number;
  readonly columns: number;
  /** Share of the inner walls that is opened at random, so that several ways lead to the goal; default 0.1. */
  readonly openness?: number;
  /** Fewest moves from start to goal; default rows + columns. */
  readonly minPathLength?: number;
}

const MOST_DRAWS = 200;

/** Draws a maze: passages by random depth-first search, some walls opened, start and goal far apart. */
export function drawMaze(options: MazeOptions, random: Random): Maze {
  const { rows, columns, openness = 0.1 } = options;
  if (rows < 5 || columns < 5) throw invalidArgument('rows and columns', 'at least 5 each', `${rows} × ${columns}`);
  const wanted = options.minPathLength ?? rows + columns;
  let best: Maze | undefined;
  for (let draw = 0; draw < MOST_DRAWS && (best?.pathLength ?? -1) < wanted; draw++) {
    const grid = carve(rows, columns, random);
    open(grid, openness, random);
    const floor = grid.flatMap((row, r) => row.flatMap((cell, c) => (cell === ' ' ? [[r, c] as const] : [])));
    const [startRow, startColumn] = random.pick(floor);
    const [goalRow, goalColumn] = random.pick(floor);
    (grid[startRow] as string[])[startColumn] = 'S';
    (grid[goalRow] as string[])[goalColumn] = 'G';
    const puzzle = grid.map((row) => row.join(''));
    const path = shortestPath(puzzle);
    if (!path || path.length - 1 <= (best?.pathLength ?? 0)) continue;
    for (const [r, c] of path.slice(1, -1)) (grid[r] as string[])[c] = 'o';
    best = { puzzle, solution: grid.map((row) => row.join('')), pathLength: path.length - 1 };
  }
  if (best && best.pathLength >= wanted) return best;
  throw invalidArgument('minPathLength', `a length that mazes of ${rows} × ${columns} have`, wanted);
}

/** Cells of a shortest path from S to G over anything but walls, both ends included; undefined when there is none. */
export function shortestPath(maze: readonly string[]): [row: number, column: number][] | undefined {
  const start = find(maze, 'S');
  const goal = find(maze, 'G');
  if (!start || !goal) return undefined;
  const key = (row: number, column: number): number => row * (maze[0] as string).length + column;
  const cameFrom = new Map<number, [number, number] | undefined>([[key(...start), undefined]]);
  const queue = [start];
  for (const [row, column] of queue) {
    if (row === goal[0] && column === goal[1]) break;
    for (const [r, c] of neighbours(row, column)) {
      const cell = maze[r]?.[c];
      if (cell === undefined || cell === '#' || cameFrom.has(key(r, c))) continue;
      cameFrom.set(key(r, c), [row, column]);
      queue.push([r, c]);
    }
  }
  if (!cameFrom.has(key(...goal))) return undefined;
  const path: [number, number][] = [];
  for (let at: [number, number] | undefined = goal; at; at = cameFrom.get(key(...at))) path.unshift(at);
  return path;
}

/** The four cells beside a cell. */
export function neighbours(row: number, column: number): [row: number, column: number][] {
  return [
    [row - 1, column],
    [row + 1, column],
    [row, column - 1],
    [row, column + 1],
  ];
}

function find(maze: readonly string[], wanted: string): [number, number] | undefined {
  const row = maze.findIndex((line) => line.includes(wanted));
  return row === -1 ? undefined : [row, (maze[row] as string).indexOf(wanted)];
}

function carve(rows: number, columns: number, random: Random): string[][] {
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill('#'));
  const stack: [number, number][] = [[1, 1]];
  (grid[1] as string[])[1] = ' ';
  for (let at = stack.at(-1); at; at = stack.at(-1)) {
    const [row, column] = at;
    const next = random.shuffle(neighbours(0, 0)).find(([dr, dc]) => {
      const [r, c] = [row + 2 * dr, column + 2 * dc];
      return r > 0 && c > 0 && r < rows - 1 && c < columns - 1 && grid[r]?.[c] === '#';
    });
    if (!next) {
      stack.pop();
      continue;
    }
    for (const step of [1, 2]) (grid[row + step * next[0]] as string[])[column + step * next[1]] = ' ';
    stack.push([row + 2 * next[0], column + 2 * next[1]]);
  }
  return grid;
}

function open(grid: string[][], share: number, random: Random): void {
  for (const row of grid.slice(1, -1)) {
    for (let column = 1; column < row.length - 1; column++) {
      if (row[column] === '#' && random.next() < share) row[column] = ' ';
    }
  }
}
