import { nodeSize } from './boosted-trees.ts';
import { type InputBins, mostBins } from './input-bins.ts';

/** What decides how far a tree grows. */
export interface GrowTreeOptions {
  /** Most leaves. */
  readonly leaves: number;
  /** Rows that each leaf has at least. */
  readonly leastRows: number;
  /** Pull of a leaf's answer towards 0, in curvature. */
  readonly pull: number;
  /** Share of a leaf's best answer that it gives. */
  readonly rate: number;
}

/** First and second derivative of the loss by each row's score. */
export interface RowSlopes {
  readonly slope: Float64Array;
  readonly curve: Float64Array;
}

/** A leaf that may still be split. */
interface Leaf {
  readonly rows: Int32Array;
  readonly slope: number;
  readonly curve: number;
  /** Place of its node. */
  readonly node: number;
  readonly split: Split | undefined;
}

interface Split {
  readonly gain: number;
  readonly input: number;
  /** Last bin of the lower part. */
  readonly bin: number;
}

/**
 * Grows one tree, splitting the leaf that gains most each time, and adds its answers to the scores of its rows.
 * Returns the tree's nodes, with places counted from `first`.
 */
export function growTree(
  data: InputBins,
  rows: Int32Array,
  slopes: RowSlopes,
  scores: Float64Array,
  first: number,
  options: GrowTreeOptions,
): number[] {
  const { leaves: mostLeaves, pull, rate } = options;
  const nodes = new Array<number>(nodeSize).fill(0);
  const leaves = [makeLeaf(data, rows, slopes, 0, options)];
  while (leaves.length < mostLeaves) {
    const best = leaves.reduce((most, leaf) => (gainOf(leaf) > gainOf(most) ? leaf : most));
    if (!best.split) break;
    const { input, bin } = best.split;
    const place = nodes.length / nodeSize;
    nodes.push(...new Array<number>(2 * nodeSize).fill(0));
    const bound = (data.bounds[input] as Float32Array)[bin] as number;
    nodes.splice(best.node * nodeSize, nodeSize, input, bound, first + place, first + place + 1);
    const isLower = (row: number): boolean => (data.bins[row * data.width + input] as number) <= bin;
    leaves.splice(
      leaves.indexOf(best),
      1,
      makeLeaf(data, best.rows.filter(isLower), slopes, place, options),
      makeLeaf(
        data,
        best.rows.filter((row) => !isLower(row)),
        slopes,
        place + 1,
        options,
      ),
    );
  }
  for (const leaf of leaves) {
    const answer = Math.fround((-rate * leaf.slope) / (leaf.curve + pull));
    nodes.splice(leaf.node * nodeSize, 2, -1, answer);
    for (const row of leaf.rows) scores[row] = (scores[row] as number) + answer;
  }
  return nodes;
}

function gainOf({ split }: Leaf): number {
  return split?.gain ?? 0;
}

/** A leaf with the split that lowers the loss most. */
function makeLeaf(
  { width, bins, bounds }: InputBins,
  rows: Int32Array,
  slopes: RowSlopes,
  node: number,
  { leastRows, pull }: GrowTreeOptions,
): Leaf {
  const sums = new Float64Array(width * mostBins * 3);
  let [slope, curve] = [0, 0];
  for (const row of rows) {
    const [rowSlope, rowCurve] = [slopes.slope[row] as number, slopes.curve[row] as number];
    slope += rowSlope;
    curve += rowCurve;
    for (let input = 0, at = row * width; input < width; input++, at++) {
      const place = (input * mostBins + (bins[at] as number)) * 3;
      sums[place] = (sums[place] as number) + rowSlope;
      sums[place + 1] = (sums[place + 1] as number) + rowCurve;
      sums[place + 2] = (sums[place + 2] as number) + 1;
    }
  }
  const worth = (g: number, h: number): number => (g * g) / (h + pull);
  let split: Split | undefined;
  for (let input = 0; input < width; input++) {
    let [g, h, count] = [0, 0, 0];
    for (let bin = 0; bin < (bounds[input] as Float32Array).length; bin++) {
      const place = (input * mostBins + bin) * 3;
      g += sums[place] as number;
      h += sums[place + 1] as number;
      count += sums[place + 2] as number;
      if (count < leastRows || rows.length - count < leastRows) continue;
      const gain = worth(g, h) + worth(slope - g, curve - h) - worth(slope, curve);
      if (gain > (split?.gain ?? 1e-9)) split = { gain, input, bin };
    }
  }
  return { rows, slope, curve, node, split };
}
