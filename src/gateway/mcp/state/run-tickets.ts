import { invalidArgument, RexError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import type { Run } from '../../../orchestration/engine/run.ts';
import type { Ticket } from '../../../orchestration/engine/run-state.ts';
import { cutMiddle } from '../cut-middle.ts';

const longestRequest = 4000;
const yes = /^\s*(yes|y|true|ok|approved?|allow|retry)\s*$/i;
const no = /^\s*(no|n|false|denied|deny|refuse|fail)\s*$/i;

/** A question of a run, in the words of the tools. */
export interface OpenTicket {
  readonly ticket: string;
  readonly for: string;
  readonly request: string;
}

/** The questions of a run that somebody can answer. */
export function openTickets(run: Run): Ticket[] {
  return run.tickets().filter(({ for: what }) => what !== 'time');
}

/** A question as a model reads it. */
export function describeTicket({ ticket, for: what, request, escalated, node }: Ticket): OpenTicket {
  const failed = escalated && `${node} failed: ${escalated.message}. Try again?`;
  const text = failed ?? (typeof request === 'string' ? request : JSON.stringify(request));
  return { ticket, for: what, request: cutMiddle(text, longestRequest) };
}

/** The question that is meant: the named one, else the only one. @throws TICKET_UNKNOWN, INVALID_ARGUMENT where there are several */
export function findTicket(run: Run, name: string | undefined): Ticket {
  const open = openTickets(run);
  const names = open.map(({ ticket }) => ticket);
  if (name === undefined && open.length > 1) throw invalidArgument('ticket', `one of ${names.join(', ')}`, name);
  const found = name === undefined ? open[0] : open.find(({ ticket }) => ticket === name);
  if (found) return found;
  const reason = name === undefined ? 'the run asks nothing' : `no open ticket ${name.slice(0, 100)}`;
  const hint = `A ticket is answered once, and in time; ${open.length > 0 ? `open are ${names.join(', ')}` : 'none is open'}.`;
  throw new RexError('TICKET_UNKNOWN', reason, { ticket: name ?? '', open: names }, { hint });
}

/** Whether a question wants a yes or a no. */
export function isYesOrNo({ for: what, escalated }: Ticket): boolean {
  return what === 'approval' || escalated !== undefined;
}

/** Whether a text says yes. @throws INVALID_ARGUMENT where it says neither yes nor no */
export function saysYes(text: string): boolean {
  if (!yes.test(text) && !no.test(text)) throw invalidArgument('answer', 'yes or no', text);
  return yes.test(text);
}

/** A text as the run takes it: a decision, else JSON where it is an object or a list, else the text. */
export function toAnswer(ticket: Ticket, text: string): Json {
  if (ticket.escalated) return { action: saysYes(text) ? 'retry' : 'fail' };
  if (isYesOrNo(ticket)) return { approved: saysYes(text) };
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
