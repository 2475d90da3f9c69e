/** Inputs of many rows as small integers: trees ask only whether an input is above one of few bounds. */
export interface InputBins {
  /** Number of inputs of a row. */
  readonly width: number;
  /** Bin of each input of each row. [rows, width] */
  readonly bins: Uint8Array;
  /** Bounds of each input, ascending: bin b holds what is above bound b − 1 and not above bound b. [width][bounds] */
  readonly bounds: readonly Float32Array[];
}

/** Most bins of an input. */
export const mostBins = 64;

/** Cuts each input where its values divide the rows into equal parts. */
export function binInputs(rows: readonly Float32Array[]): InputBins {
  const width = rows[0]?.length ?? 0;
  const bins = new Uint8Array(rows.length * width);
  const bounds = Array.from({ length: width }, (_, input) => {
    const cuts = quantiles(Float32Array.from(rows, (row) => row[input] as number));
    rows.forEach((row, index) => {
      bins[index * width + input] = binOf(cuts, row[input] as number);
    });
    return cuts;
  });
  return { width, bins, bounds };
}

/** Values that divide some others into equal parts, each once, without the largest. */
function quantiles(values: Float32Array): Float32Array {
  const sorted = values.slice().sort();
  const largest = sorted.at(-1);
  const cuts = Array.from(
    { length: mostBins - 1 },
    (_, part) => sorted[Math.floor(((part + 1) * sorted.length) / mostBins)] as number,
  );
  return Float32Array.from(new Set(cuts.filter((cut) => cut !== largest)));
}

/** Number of bounds that a value exceeds. */
function binOf(bounds: Float32Array, value: number): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (bounds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
