import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import type { LinearTable } from '../linear/linear-path.ts';

/**
 * A linear table as tensors: most of the hashed features never occur, so only those that count are kept. `features`, `rows`
 * and `scale` go together; `weights` has one row for each output, so that its features share a scale when they are packed.
 */
export function sparseTable({ scale, rows, weights, bias }: LinearTable): Map<string, HostTensor> {
  const used = Array.from(scale.keys()).filter((feature) => scale[feature] !== 0 || (rows[feature] as number) >= 0);
  const kept = (values: ArrayLike<number>) => ({
    shape: [used.length],
    data: Float32Array.from(used, (feature) => values[feature] as number),
  });
  const width = bias.length;
  return new Map<string, HostTensor>([
    ['features', { shape: [used.length], data: Float32Array.from(used) }],
    ['rows', kept(rows)],
    ['scale', kept(scale)],
    ['weights', { shape: [width, weights.length / width], data: turned(weights, weights.length / width, width) }],
    ['bias', { shape: [width], data: bias }],
  ]);
}

/** The table that {@link sparseTable} took apart. */
export function denseTable(parts: ReadonlyMap<string, HostTensor>, featureCount: number): LinearTable {
  const part = (name: string): HostTensor => parts.get(name) as HostTensor;
  const [features, rows, scale] = [part('features').data, part('rows').data, part('scale').data];
  const [width, active] = part('weights').shape as [number, number];
  const table = {
    scale: new Float32Array(featureCount),
    rows: new Int32Array(featureCount).fill(-1),
    weights: turned(part('weights').data, width, active),
    bias: part('bias').data,
  };
  features.forEach((feature, index) => {
    table.scale[feature] = scale[index] as number;
    table.rows[feature] = rows[index] as number;
  });
  return table;
}

/** A matrix [rows, columns] as [columns, rows]. */
function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}
