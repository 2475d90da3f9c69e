import type { NodeGroup } from '../view/draw-run.ts';
import type { ShownNode } from '../view/run-model.ts';
import { projects } from './workspace/index.ts';

/** The demonstration's nodes: one line for each project, and one for what concerns all of them. */
export function groupByProject(nodes: readonly ShownNode[]): NodeGroup[] {
  const groups = new Map<string, { node: ShownNode; label: string }[]>([
    ['workspace', []],
    ...projects.map(({ name }) => [name, []] as [string, []]),
  ]);
  for (const node of nodes) {
    const dot = node.path.indexOf('.');
    const [name, label] = dot < 0 ? ['workspace', node.path] : [node.path.slice(0, dot), node.path.slice(dot + 1)];
    const group = groups.get(name) ?? [];
    const member = { node, label: label.replace(/^repair\//, '›') };
    // The parts of a plan stand after the plan.
    const last = group.findLastIndex(({ node: { path, parent } }) => path === node.parent || parent === node.parent);
    if (node.parent === undefined) group.push(member);
    else group.splice(last + 1, 0, member);
  }
  return [...groups].map(([name, members]) => ({ name, nodes: members }));
}
