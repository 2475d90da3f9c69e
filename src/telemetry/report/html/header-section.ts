import type { Timeline } from '../timeline.ts';
import { escapeHtml, formatDuration, formatShare } from './markup.ts';

/** Words around the figures of a report. All optional. */
export interface ReportOptions {
  /** Default: the name of the run. */
  readonly title?: string | undefined;
  /** What was done, in a sentence or two. */
  readonly summary?: string | undefined;
  /** Further figures for the top, such as `repaired: 7`. */
  readonly figures?: Readonly<Record<string, string>> | undefined;
}

/** What the run was, and its figures. */
export function headerSection(
  timeline: Timeline,
  { title = timeline.run, summary, figures = {} }: ReportOptions,
): string {
  const { status, reason, run, startedAt } = timeline;
  const cards = Object.entries({ ...figuresOf(timeline), ...figures });
  const when = new Date(startedAt)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return `<header><div class="top"><p class="brand">hrm-rex</p><button type="button" id="theme" aria-label="Switch between light and dark">◐</button></div>
<h1>${escapeHtml(title)} <span class="tag s-${status}">${status}</span></h1>
${summary === undefined ? '' : `<p class="summary">${escapeHtml(summary)}</p>`}
${reason === '' ? '' : `<p class="summary"><strong>${escapeHtml(reason)}</strong></p>`}
<p class="hint">Run ${escapeHtml(run)}, ${when}</p>
<dl class="figures">${cards.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl></header>`;
}

function figuresOf(timeline: Timeline): Record<string, string> {
  const { nodes, wallMs, criticalPathMs, coordination, interruptedMs, peak, gaps, kept, repeated } = timeline;
  const count = (...states: string[]): number => nodes.filter(({ state }) => states.includes(state)).length;
  const optional = { failed: count('failed'), skipped: count('skipped'), cancelled: count('cancelled') };
  return {
    'wall time': formatDuration(wallMs),
    'critical path': formatDuration(criticalPathMs),
    coordination: formatShare(coordination),
    done: `${count('done')}/${nodes.length}`,
    ...Object.fromEntries(Object.entries(optional).flatMap(([name, value]) => (value > 0 ? [[name, `${value}`]] : []))),
    'at once': `${peak}`,
    ...(gaps.length > 0
      ? {
          'stopped and resumed': gaps.length === 1 ? 'once' : `${gaps.length} times`,
          'lost by it': formatDuration(interruptedMs),
          kept: `${kept}`,
          'done again': `${repeated}`,
        }
      : {}),
  };
}
