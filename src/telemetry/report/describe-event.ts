import type { Json } from '../../core/json.ts';
import type { RunEvent } from '../../orchestration/engine/run-event.ts';
import type { TimelineEntry } from './timeline.ts';

/** Longest text of one entry, in characters. */
const MAX_TEXT = 4_000;

/** An event of a node in words; undefined for one that tells a reader nothing. */
export function describeEvent(event: RunEvent): TimelineEntry | undefined {
  const described = describe(event);
  if (!described) return undefined;
  const [kind, text] = described;
  return { at: event.at, kind, text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} …` : text };
}

function describe(event: RunEvent): [TimelineEntry['kind'], string] | undefined {
  switch (event.type) {
    case 'node.started': {
      const { attempt, phase } = event.data;
      const which = attempt > 1 ? ` (attempt ${attempt})` : '';
      return ['state', phase === 'join' ? 'joins the results of its parts' : `starts${which}`];
    }
    case 'node.done':
      return ['result', `done: ${toText(event.data.output)}`];
    case 'node.expanded':
      return ['state', `plans ${event.data.nodes.length} parts: ${event.data.nodes.map(({ id }) => id).join(', ')}`];
    case 'node.waiting': {
      const { for: what, request, ticket, escalated } = event.data;
      const asked = escalated ? `a decision about "${escalated.message}"` : `${what}: ${toText(request)}`;
      return ['state', `waits for ${asked} (ticket ${ticket})`];
    }
    case 'node.answered':
      return [
        'state',
        `${event.data.by === 'timeout' ? 'nobody answered, so' : 'answered:'} ${toText(event.data.answer)}`,
      ];
    case 'node.suspended':
      return ['state', 'lets others have their turn'];
    case 'node.handed-off':
      return ['state', `hands over to ${toText(event.data.to)}`];
    case 'node.retried':
      return ['state', 'is tried again'];
    case 'node.replanned':
      return ['problem', `plans again, because ${event.data.node} failed: ${event.data.error.message}`];
    case 'node.failed':
      return ['problem', `failed: ${event.data.error.code}: ${event.data.error.message}`];
    case 'node.skipped':
      return ['state', 'skipped'];
    case 'node.cancelled':
      return ['state', `cancelled: ${event.data.reason}`];
    case 'node.step':
      return ['note', `${event.data.name}: ${toText(event.data.value)}`];
    case 'node.note':
      return describeNote(event.data.name, event.data.data);
    default:
      return undefined;
  }
}

function describeNote(name: string, data: unknown): [TimelineEntry['kind'], string] {
  const facts = (typeof data === 'object' && data !== null ? data : {}) as Readonly<Record<string, Json>>;
  const who = facts.within === undefined ? '' : `${facts.agent}: `;
  switch (name) {
    case 'retry':
      return ['problem', `tries again after ${facts.code}`];
    case 'escalated':
      return ['problem', `escalates after ${facts.code}`];
    case 'fallback':
      return ['problem', `falls back to another way after ${facts.code}`];
    case 'step':
      return ['note', `step ${facts.name}: ${facts.success ? 'done' : `ended with exit code ${facts.exitCode}`}`];
    case 'model.turn': {
      const calls = (facts.calls ?? []) as readonly string[];
      const told = [facts.text, ...(calls.length > 0 ? [`calls ${calls.join(', ')}`] : [])].filter(Boolean);
      return ['note', `${who}turn ${facts.turn} of ${facts.model}: ${told.join('; ')}`];
    }
    case 'tool.call': {
      const call = `${who}${facts.tool} ${toText(facts.input)} → ${toText(facts.output)}`;
      return [facts.isError ? 'problem' : 'note', call];
    }
    case 'delegate':
      return ['note', `${who}asks ${facts.to}: ${toText(facts.instructions)}`];
    default:
      return ['note', `${name}: ${toText(data)}`];
  }
}

/** A value as a reader wants to see it: text as it is, everything else as JSON. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
