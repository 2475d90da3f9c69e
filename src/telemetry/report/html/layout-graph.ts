import type { TimelineNode } from '../timeline.ts';

/** Where a node stands in the drawing of a graph. */
export interface PlacedNode {
  readonly node: TimelineNode;
  readonly x: number;
  readonly y: number;
}

/** A line between two nodes, by their places in the list. */
export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
}

/** A graph that is ready to be drawn. */
export interface GraphLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Sizes of the drawing, in pixels. */
export const cell = { width: 148, height: 26, gapX: 14, gapY: 10, levelGap: 64, margin: 16 } as const;

/** Nodes above each other in one column; a level with more takes several columns. */
const MAX_ROWS = 14;

/** Lays a graph out in levels from left to right: every node stands after everything that it needs. */
export function layoutGraph(nodes: readonly TimelineNode[]): GraphLayout {
  const needs = findNeeds(nodes);
  const level = levelsOf(nodes, needs);
  const columns: number[][] = [];
  for (const [index, at] of level.entries()) {
    columns[at] ??= [];
    columns[at]?.push(index);
  }
  const places: PlacedNode[] = [];
  const tallest = Math.min(MAX_ROWS, Math.max(1, ...columns.map((members) => members.length)));
  const height = tallest * (cell.height + cell.gapY) - cell.gapY;
  let x: number = cell.margin;
  for (const members of columns) {
    const rows = Math.min(MAX_ROWS, members.length);
    const top = cell.margin + (height - rows * (cell.height + cell.gapY) + cell.gapY) / 2;
    const sorted = sortByNeeds(members, needs, places);
    for (const [order, index] of sorted.entries()) {
      const column = Math.floor(order / rows);
      const y = top + (order % rows) * (cell.height + cell.gapY);
      places[index] = { node: nodes[index] as TimelineNode, x: x + column * (cell.width + cell.gapX), y };
    }
    x += Math.ceil(members.length / rows) * (cell.width + cell.gapX) - cell.gapX + cell.levelGap;
  }
  const edges = directNeeds(needs, level).flatMap((before, to) => before.map((from) => ({ from, to })));
  return { nodes: places, edges, width: x - cell.levelGap + cell.margin, height: height + 2 * cell.margin };
}

/** What each node comes after, by index: its dependencies (the last parts of those with a plan), or its planner. */
function findNeeds(nodes: readonly TimelineNode[]): number[][] {
  const indexOf = new Map(nodes.map(({ path }, index) => [path, index]));
  const children = new Map<string, TimelineNode[]>();
  for (const node of nodes) {
    if (node.parent !== undefined) children.set(node.parent, [...(children.get(node.parent) ?? []), node]);
  }
  const exits = (path: string): string[] => {
    const parts = children.get(path) ?? [];
    if (parts.length === 0) return [path];
    const needed = new Set(parts.flatMap(({ dependsOn }) => dependsOn));
    return parts.filter((part) => !needed.has(part.path)).flatMap((part) => exits(part.path));
  };
  return nodes.map(({ dependsOn, parent }) => {
    const own = dependsOn.filter((path) => indexOf.has(path)).flatMap(exits);
    const before = own.length > 0 || parent === undefined ? own : [parent];
    return [...new Set(before)].map((path) => indexOf.get(path) as number);
  });
}

/** What each node comes after, less what follows from the rest: a line for it would tell nothing. */
function directNeeds(needs: readonly (readonly number[])[], level: readonly number[]): number[][] {
  const above = needs.map(() => new Set<number>());
  for (const index of [...needs.keys()].sort((left, right) => (level[left] ?? 0) - (level[right] ?? 0))) {
    for (const before of needs[index] ?? []) {
      above[index]?.add(before);
      for (const further of above[before] ?? []) above[index]?.add(further);
    }
  }
  return needs.map((before) => before.filter((from) => !before.some((other) => above[other]?.has(from))));
}

/** One more than the deepest of what a node comes after. */
function levelsOf(nodes: readonly TimelineNode[], needs: readonly (readonly number[])[]): number[] {
  const level = new Array<number>(nodes.length).fill(-1);
  for (let start = 0; start < nodes.length; start++) {
    const stack = [start];
    const opened = new Set<number>();
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const missing = (needs[at] ?? []).filter((index) => level[index] === -1 && !opened.has(index));
      if (level[at] === -1 && missing.length > 0) {
        opened.add(at);
        stack.push(...missing);
        continue;
      }
      level[at] = Math.max(-1, ...(needs[at] ?? []).map((index) => level[index] as number)) + 1;
      stack.pop();
    }
  }
  return level;
}

/** Puts nodes near what they come after, so that lines cross less. */
function sortByNeeds(
  members: readonly number[],
  needs: readonly (readonly number[])[],
  places: readonly PlacedNode[],
): number[] {
  const heightOf = (index: number): number => {
    const heights = (needs[index] ?? []).map((before) => places[before]?.y ?? 0);
    return heights.length === 0 ? 0 : heights.reduce((sum, y) => sum + y, 0) / heights.length;
  };
  return members
    .map((index, order) => ({ index, order, height: heightOf(index) }))
    .sort((left, right) => left.height - right.height || left.order - right.order)
    .map(({ index }) => index);
}
