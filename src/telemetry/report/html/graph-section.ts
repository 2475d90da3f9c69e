import type { Timeline, TimelineNode } from '../timeline.ts';
import { cell, layoutGraph, type PlacedNode } from './layout-graph.ts';
import { escapeHtml, formatDuration, workMs } from './markup.ts';

/** Most lines that are drawn; a graph with more shows those of the critical path and the first of the others. */
const MAX_EDGES = 1_500;

/** The graph as a drawing: every node is a link to its log. */
export function graphSection({ nodes, criticalPath }: Timeline): string {
  const layout = layoutGraph(nodes);
  const order = new Map(criticalPath.map((path, index) => [path, index]));
  const placeOf = (index: number): number => order.get(layout.nodes[index]?.node.path ?? '') ?? Number.NaN;
  const ordered = layout.edges
    .map((edge) => ({ ...edge, hot: placeOf(edge.to) > placeOf(edge.from) }))
    .sort((left, right) => Number(right.hot) - Number(left.hot));
  const lines = ordered
    .slice(0, MAX_EDGES)
    .reverse()
    .map(({ from, to, hot }) => {
      const path = curve(layout.nodes[from] as PlacedNode, layout.nodes[to] as PlacedNode);
      return `<path class="edge${hot ? ' hot' : ''}" d="${path}"/>`;
    });
  const boxes = layout.nodes.map((placed, index) => box(placed, index));
  const omitted = ordered.length - MAX_EDGES;
  const note = omitted > 0 ? `<p class="hint">${omitted} more lines are left out.</p>` : '';
  return `<section id="graph" aria-labelledby="graph-title"><h2 id="graph-title">Graph</h2>
<p class="hint">From left to right; the thick line is the chain of work that the end waited for. Choose a node to read its log.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Graph of ${nodes.length} nodes"><svg class="graph" width="${layout.width}" height="${layout.height}" viewBox="0 0 ${layout.width} ${layout.height}">
${lines.join('')}${boxes.join('')}</svg></div>${note}</section>`;
}

function box({ node, x, y }: PlacedNode, index: number): string {
  const label = shorten(nameOf(node), 19);
  const title = `${node.path}: ${node.state}${node.reason ? ` (${node.reason})` : ''}, ${formatDuration(workMs(node.spans))} of work`;
  return `<a href="#log-${index}" data-node="${index}"><g class="box s-${node.state}${node.isCritical ? ' hot' : ''}" transform="translate(${x} ${y})"><title>${escapeHtml(title)}</title><rect width="${cell.width}" height="${cell.height}" rx="7"/><circle cx="13" cy="13" r="4.5"/><text x="24" y="17">${escapeHtml(label)}</text></g></a>`;
}

function nameOf({ id, parent }: TimelineNode): string {
  return parent === undefined ? id : `› ${id}`;
}

function curve(from: PlacedNode, to: PlacedNode): string {
  const [x1, y1] = [from.x + cell.width, from.y + cell.height / 2];
  const [x2, y2] = [to.x, to.y + cell.height / 2];
  const bend = Math.max(24, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
