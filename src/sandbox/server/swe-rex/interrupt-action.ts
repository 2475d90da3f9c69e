import { RexError } from '../../../core/errors.ts';
import type { BashInterruptAction } from '../../protocol/swe-rex-requests.ts';
import type { BashObservation } from '../../protocol/swe-rex-responses.ts';
import type { Session } from '../../session/session.ts';
import { type Leftovers, observed, toMilliseconds, toPattern } from './run-action.ts';
import { dialogueText } from './terminal-text.ts';

/**
 * Stops what runs in a session. With `expect`, a program that answers Ctrl-C with one of the patterns lives on, as a
 * REPL does at its prompt. A session whose command ran out of time before answers with what that command had printed.
 */
export async function interruptAction(
  session: Session,
  action: BashInterruptAction,
  leftovers: Leftovers,
): Promise<BashObservation> {
  const leftover = leftovers.get(session) ?? '';
  leftovers.delete(session);
  const graceMs = toMilliseconds(action.timeout * action.n_retry);
  const atPrompt =
    action.expect.length > 0 && session.state !== 'idle' ? await askPolitely(session, action, graceMs) : undefined;
  if (atPrompt !== undefined) return atPrompt;
  const { output } = await session.interrupt({ graceMs });
  return observed(dialogueText(leftover + output), 0, undefined);
}

async function askPolitely(
  session: Session,
  action: BashInterruptAction,
  graceMs: number,
): Promise<BashObservation | undefined> {
  const patterns = action.expect.map(toPattern);
  try {
    const answer = session.waitFor(patterns, { timeoutMs: graceMs });
    await session.send('\x03');
    const { output, pattern } = await answer;
    const matched = action.expect[patterns.indexOf(pattern as RegExp)];
    return observed(dialogueText(output), 0, matched);
  } catch (error) {
    if (RexError.is(error, 'COMMAND_TIMEOUT')) return observed(dialogueText(error.context.output), 0, undefined);
    if (RexError.is(error, 'PROCESS_ENDED')) return undefined;
    throw error;
  }
}
