import type { Timeline } from '../timeline.ts';
import { ganttSection } from './gantt-section.ts';
import { graphSection } from './graph-section.ts';
import { headerSection, type ReportOptions } from './header-section.ts';
import { logSection } from './log-section.ts';
import { escapeHtml } from './markup.ts';
import { reportScript } from './script.ts';
import { reportStyle } from './style.ts';

/** Forbids everything that is not in the file itself. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * A run as one HTML file that needs nothing else: figures, timeline, graph and each node's log. Everything that comes
 * from the run is escaped.
 */
export function renderReport(timeline: Timeline, options: ReportOptions = {}): string {
  const title = escapeHtml(options.title ?? timeline.run);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer">
<title>${title} · hrm-rex</title><style>${reportStyle}</style></head>
<body><main>${headerSection(timeline, options)}
${ganttSection(timeline)}
${graphSection(timeline)}
${logSection(timeline)}
<footer>Made by hrm-rex from the journal of the run.</footer></main><script>${reportScript}</script></body></html>
`;
}
