/** Many small decision trees whose answers add up to a log-odds (gradient boosting, Friedman 2001). */
export interface BoostedTrees {
  /** Log-odds before any tree speaks. */
  readonly start: number;
  /** Place of each tree's first node in `nodes`. [trees] */
  readonly roots: Float32Array;
  /**
   * Nodes of all trees: the input that is asked, −1 for a leaf; the bound, for a leaf its answer; the node for inputs up to the
   * bound, and the one for inputs above it. [nodes, nodeSize], row by row
   */
  readonly nodes: Float32Array;
}

/** Values of one node. */
export const nodeSize = 4;

/** Answers nothing, whatever it reads. */
export const noTrees: BoostedTrees = { start: 0, roots: new Float32Array(0), nodes: new Float32Array(0) };

/** The log-odds that the trees give for some inputs. */
export function scoreTrees({ start, roots, nodes }: BoostedTrees, inputs: ArrayLike<number>): number {
  let score = start;
  for (const root of roots) score += answer(nodes, root, inputs);
  return score;
}

function answer(nodes: Float32Array, root: number, inputs: ArrayLike<number>): number {
  let at = root * nodeSize;
  for (;;) {
    const [asked, bound] = [nodes[at] as number, nodes[at + 1] as number];
    if (asked < 0) return bound;
    at = (nodes[at + ((inputs[asked] as number) <= bound ? 2 : 3)] as number) * nodeSize;
  }
}
