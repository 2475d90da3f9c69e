import type { Timeline, TimelineEntry, TimelineNode } from '../timeline.ts';
import { escapeHtml, formatDuration, workMs } from './markup.ts';

/** What each node did, as lines that can be searched. */
export function logSection(timeline: Timeline): string {
  const { nodes, startedAt } = timeline;
  const logs = nodes.map((node, index) => log(node, index, startedAt));
  return `<section id="logs" aria-labelledby="logs-title"><h2 id="logs-title">Logs</h2>
<div class="tools"><label>Search <input id="search" type="search" placeholder="text, agent or state" autocomplete="off"></label>
<label>Show <select id="state"><option value="">all nodes</option>${stateOptions(nodes)}</select></label>
<button type="button" id="open-all">Open all</button><output id="found" for="search"></output></div>
${logs.join('\n')}</section>`;
}

function stateOptions(nodes: readonly TimelineNode[]): string {
  const states = [...new Set(nodes.map(({ state }) => state))];
  return states.map((state) => `<option value="${state}">${state}</option>`).join('');
}

function log(node: TimelineNode, index: number, startedAt: number): string {
  const { path, agent, goal, state, reason, executions, retries, spans } = node;
  const facts = [
    `agent ${agent}`,
    `${formatDuration(workMs(spans))} of work`,
    ...(executions > 1 ? [`executed ${executions} times`] : []),
    ...(retries > 0 ? [`tried again ${retries} times`.replace('1 times', 'once')] : []),
  ];
  const lines = node.log.map((entry) => line(entry, startedAt)).join('');
  return `<details class="log" id="log-${index}" data-state="${state}"><summary><i class="dot s-${state}"></i><b>${escapeHtml(path)}</b><span class="goal">${escapeHtml(goal)}</span><span class="tag s-${state}">${state}</span></summary>
<p class="facts">${escapeHtml(facts.join(' · '))}${reason ? `<br><strong>${escapeHtml(reason)}</strong>` : ''}</p><ol>${lines}</ol></details>`;
}

function line({ at, kind, text }: TimelineEntry, startedAt: number): string {
  return `<li class="e-${kind}"><time>${((at - startedAt) / 1_000).toFixed(2)} s</time><pre>${escapeHtml(text)}</pre></li>`;
}
