import type { NodeGroup } from '../view/draw-run.ts';
import type { ShownNode } from '../view/run-model.ts';

/** Nodes of a run by how many others stand before them; the parts of a plan are with the node that planned them. */
export function groupByLevel(levels: ReadonlyMap<string, number>): (nodes: readonly ShownNode[]) => NodeGroup[] {
  return (nodes) => {
    const groups: NodeGroup['nodes'][number][][] = [];
    for (const node of nodes) {
      const [root = ''] = node.path.split('/');
      const level = levels.get(root) ?? 0;
      const depth = node.path.split('/').length - 1;
      groups[level] ??= [];
      groups[level]?.push({ node, label: '›'.repeat(depth) + node.id });
    }
    return groups.map((members, level) => ({ name: `level ${level + 1}`, nodes: members }));
  };
}
