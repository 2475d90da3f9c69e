import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { corruptFile } from '../../hrm/weights/corrupt.ts';
import { type BoostedTrees, nodeSize } from '../trees/boosted-trees.ts';

/** Groups of trees as tensors: `start` and `counts` (trees and nodes of each group), `roots` and `nodes` one after another. */
export function treeTensors(all: readonly BoostedTrees[]): Map<string, HostTensor> {
  const tensor = (values: readonly number[]): HostTensor => ({
    shape: [values.length],
    data: Float32Array.from(values),
  });
  return new Map([
    ['start', tensor(all.map(({ start }) => start))],
    ['counts', tensor(all.flatMap(({ roots, nodes }) => [roots.length, nodes.length / nodeSize]))],
    ['roots', tensor(all.flatMap(({ roots }) => [...roots]))],
    ['nodes', tensor(all.flatMap(({ nodes }) => [...nodes]))],
  ]);
}

/** The trees that {@link treeTensors} took apart. @throws MODEL_FILE_CORRUPT for trees that lead nowhere */
export function readTrees(part: (name: string) => Float32Array, file: string): BoostedTrees[] {
  const [start, counts, roots, nodes] = [part('start'), part('counts'), part('roots'), part('nodes')];
  let [firstRoot, firstNode] = [0, 0];
  return Array.from(start, (first, group) => {
    const lastRoot = firstRoot + (counts[2 * group] as number);
    const lastNode = firstNode + (counts[2 * group + 1] as number) * nodeSize;
    const own = { roots: roots.subarray(firstRoot, lastRoot), nodes: nodes.subarray(firstNode, lastNode) };
    [firstRoot, firstNode] = [lastRoot, lastNode];
    if (!isSound(own)) throw corruptFile(file, `its trees of group ${group} lead nowhere`);
    return { start: first, ...own };
  });
}

/** Whether every question leads on to a later node, so that every way ends in a leaf. */
function isSound({ roots, nodes }: Pick<BoostedTrees, 'roots' | 'nodes'>): boolean {
  const count = nodes.length / nodeSize;
  const leads = (from: number, to: number): boolean => Number.isInteger(to) && to > from && to < count;
  return (
    roots.every((root) => leads(-1, root)) &&
    Array.from({ length: count }, (_, node) => nodes.subarray(node * nodeSize, (node + 1) * nodeSize)).every(
      ([asked = 0, , below = 0, above = 0], node) =>
        asked === -1 || (asked >= 0 && leads(node, below) && leads(node, above)),
    )
  );
}
