import type { Ticket } from '../../../orchestration/engine/run-state.ts';
import type { McpPeer } from '../peer.ts';
import type { AgentRun } from '../state/agent-run.ts';
import { describeTicket, isYesOrNo, openTickets, toAnswer } from '../state/run-tickets.ts';

/**
 * Puts what a run asks to the person at the client, once each, where the client has forms. Waits for no answer: the run
 * hears it when it is there. Secrets are never asked for by a form.
 */
export function askPerson(entry: AgentRun, peer: McpPeer | undefined): void {
  if (!peer?.offers.forms) return;
  for (const ticket of openTickets(entry.run)) {
    if (ticket.for === 'auth' || ticket.for === 'event' || entry.asked.has(ticket.ticket)) continue;
    entry.asked.add(ticket.ticket);
    entry.asking.add(ticket.ticket);
    const asking = ask(entry, ticket, peer);
    // Who gives no answer leaves the question open.
    void asking
      .catch(() => {})
      .then(() => {
        entry.asking.delete(ticket.ticket);
        entry.wake();
      });
  }
}

/** Whether a run asks something that nobody is being asked already. */
export function needsAnswer(entry: AgentRun): boolean {
  return openTickets(entry.run).some(({ ticket }) => !entry.asking.has(ticket));
}

async function ask(entry: AgentRun, ticket: Ticket, peer: McpPeer): Promise<void> {
  const decides = isYesOrNo(ticket);
  const { request } = describeTicket(ticket);
  const { action, content } = await peer.ask({
    mode: 'form',
    message: `${entry.agent} asks: ${request}`,
    requestedSchema: decides
      ? {
          type: 'object',
          properties: { allow: { type: 'boolean', title: 'Allow', default: false } },
          required: ['allow'],
        }
      : { type: 'object', properties: { answer: { type: 'string', title: 'Answer' } }, required: ['answer'] },
  });
  if (decides && action !== 'cancel')
    await entry.run.answer(
      ticket.ticket,
      toAnswer(ticket, action === 'accept' && content?.allow === true ? 'yes' : 'no'),
    );
  if (!decides && action === 'accept')
    await entry.run.answer(ticket.ticket, toAnswer(ticket, String(content?.answer ?? '')));
}
