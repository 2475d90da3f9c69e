import { type HostTensor, transposed } from '../../hrm/model/host-tensor.ts';
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
    ['weights', transposed({ shape: [weights.length / width, width], data: weights })],
    ['bias', { shape: [width], data: bias }],
  ]);
}

/** The table that {@link sparseTable} took apart. */
export function denseTable(parts: ReadonlyMap<string, HostTensor>, featureCount: number): LinearTable {
  const part = (name: string): HostTensor => parts.get(name) as HostTensor;
  const [features, rows, scale] = [part('features').data, part('rows').data, part('scale').data];
  const table = {
    scale: new Float32Array(featureCount),
    rows: new Int32Array(featureCount).fill(-1),
    weights: transposed(part('weights')).data,
    bias: part('bias').data,
  };
  features.forEach((feature, index) => {
    table.scale[feature] = scale[index] as number;
    table.rows[feature] = rows[index] as number;
  });
  return table;
}
