import type { Timeline, TimelineGap, TimelineNode, TimelineSpan } from '../timeline.ts';
import { escapeHtml, formatDuration, workMs } from './markup.ts';

const spanNames: Readonly<Record<TimelineSpan['kind'], string>> = {
  queued: 'queued',
  running: 'works',
  waiting: 'waits for an answer',
  expanded: 'its parts work',
  joining: 'joins results',
  lost: 'cut off',
};

/** The timeline: one row for each node, its work as bars; times without a process are hatched. */
export function ganttSection(timeline: Timeline): string {
  const { nodes, gaps, startedAt, wallMs } = timeline;
  const scale = (at: number): number => (wallMs === 0 ? 0 : ((at - startedAt) / wallMs) * 100);
  const step = tickMs(wallMs);
  const ticks: string[] = [];
  for (let at = 0; at <= wallMs; at += step) {
    const left = wallMs === 0 ? 0 : (at / wallMs) * 100;
    if (left < 96) ticks.push(`<i style="left:${left.toFixed(3)}%">${at === 0 ? '0' : formatDuration(at)}</i>`);
  }
  const kinds = Object.entries(spanNames).map(([kind, name]) => `<li><b class="bar k-${kind}"></b>${name}</li>`);
  const gap = gaps.length > 0 ? '<li><b class="bar gap"></b>no process: stopped and resumed</li>' : '';
  const rows = nodes.map((node, index) => row(node, index, scale));
  return `<section id="timeline" aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline</h2>
<ul class="legend">${kinds.join('')}${gap}</ul>
<div class="gantt${nodes.length > 100 ? ' dense' : nodes.length > 40 ? ' close' : ''}"><div class="axis" aria-hidden="true"><span></span><div class="track">${ticks.join('')}</div><span></span></div>
<div class="rows" tabindex="0" role="group" aria-label="Timeline of ${nodes.length} nodes"><div class="gaps" aria-hidden="true"><span></span><div class="track">${gaps.map((each) => gapBar(each, scale)).join('')}</div><span></span></div>
${rows.join('\n')}</div></div></section>`;
}

function row(node: TimelineNode, index: number, scale: (at: number) => number): string {
  const bars = node.spans.map((span) => bar(span, scale)).join('');
  const work = formatDuration(workMs(node.spans));
  const depth = node.path.split('/').length - 1;
  const end = node.endedAt === undefined ? '' : mark(node, scale(node.endedAt));
  const told = `${node.path}, ${node.state}${node.reason ? `: ${node.reason}` : ''}, ${work} of work`;
  return `<a class="row s-${node.state}${node.isCritical ? ' hot' : ''}" href="#log-${index}" data-node="${index}" aria-label="${escapeHtml(told)}" title="${escapeHtml(told)}"><span class="name" style="padding-left:${depth * 12}px">${escapeHtml(node.id)}</span><div class="track">${bars}${end}</div><span class="work">${node.spans.length > 0 ? work : node.state}</span></a>`;
}

function bar({ kind, from, to }: TimelineSpan, scale: (at: number) => number): string {
  const left = scale(from);
  const width = Math.max(0.12, scale(to) - left);
  return `<b class="bar k-${kind}" style="left:${left.toFixed(3)}%;width:${width.toFixed(3)}%" title="${spanNames[kind]} ${formatDuration(to - from)}"></b>`;
}

function mark({ state }: TimelineNode, left: number): string {
  if (state === 'done') return '';
  return `<u class="end s-${state}" style="left:${Math.min(left, 99.2).toFixed(3)}%"></u>`;
}

function gapBar({ from, to }: TimelineGap, scale: (at: number) => number): string {
  return `<b class="gap" style="left:${scale(from).toFixed(3)}%;width:${Math.max(0.2, scale(to) - scale(from)).toFixed(3)}%"></b>`;
}

/** A step of 1, 2 or 5 times a power of ten that gives at most ten ticks. */
function tickMs(wallMs: number): number {
  const least = Math.max(1, wallMs / 9);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}
