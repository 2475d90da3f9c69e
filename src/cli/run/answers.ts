import type { Json, Run, Ticket } from '../../orchestration/index.ts';
import { usageError } from '../failure.ts';

/** What is answered on the command line, by ticket, by node, or for `all`. */
export interface Answers {
  readonly approve: readonly string[];
  readonly deny: readonly string[];
  /** Says yes to whatever is asked. */
  readonly approveAll: boolean;
}

/** Answers the open tickets of a run that somebody decided about. @throws a usage error for a ticket that is not open */
export async function giveAnswers(running: Run, { approve, deny, approveAll }: Answers): Promise<void> {
  if (approveAll) await approveOpen(running);
  for (const [names, isYes] of [
    [approve, true],
    [deny, false],
  ] as const) {
    for (const name of names) {
      const open = running.tickets();
      const fitting = open.filter(({ ticket, node }) => name === 'all' || name === ticket || name === node);
      if (fitting.length === 0 && name !== 'all') {
        const known = open.length === 0 ? 'none is open' : `open are ${open.map(({ ticket }) => ticket).join(', ')}`;
        throw usageError(`there is no open ticket ${name}: ${known}`);
      }
      for (const ticket of fitting) await running.answer(ticket.ticket, answerTo(ticket, isYes));
    }
  }
}

/** Says yes to everything that is open; a failure that was escalated stays open, lest it be tried for ever. */
export async function approveOpen(running: Run): Promise<void> {
  const open = running.tickets().filter(({ for: what, escalated }) => what === 'approval' && !escalated);
  for (const ticket of open) await running.answer(ticket.ticket, answerTo(ticket, true)).catch(() => {});
}

/** A yes or no as a ticket takes it: a failure that somebody decides about is tried again, or stays one. */
export function answerTo({ escalated }: Ticket, isYes: boolean): Json {
  if (escalated) return { action: isYes ? 'retry' : 'fail' };
  return { approved: isYes, by: 'command line' };
}

/** Whether nothing goes on before somebody answers. */
export function isStuck(running: Run): boolean {
  const states = Object.values(running.states());
  const isActive = states.some(
    (state) => state === 'running' || state === 'joining' || state === 'ready' || state === 'suspended',
  );
  return !isActive && running.tickets().some(({ for: what }) => what !== 'time' && what !== 'event');
}

/** A ticket in words. */
export function describeTicket({ ticket, node, request, escalated }: Ticket): string {
  if (escalated) return `${ticket}: ${node} failed (${escalated.message}); try again?`;
  const asked = typeof request === 'object' && request !== null && 'approve' in request ? request.approve : request;
  return `${ticket}: ${typeof asked === 'string' ? asked : JSON.stringify(asked)}`;
}
