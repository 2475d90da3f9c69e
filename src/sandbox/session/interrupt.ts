import { RexError } from '../../core/errors.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import type { Channel } from './channel.ts';
import type { RunningScript } from './running-script.ts';
import type { InterruptOptions } from './session.ts';
import type { ShellDialect } from './shell-dialect.ts';

const defaultGraceMs = 200;
const defaultTimeoutMs = 5_000;

/** When a shell whose programs are gone counts as stuck. */
const stuckMs = 300;

/**
 * Brings a script to its end. SIGURG lets the shell drop the rest of the script as soon as the command that runs is over,
 * and SIGINT ends that command's programs. After the grace the programs get SIGKILL. A shell that waits for something else
 * gets SIGINT itself after another while, and its end line again, in case that fell on it. Whatever the script put in the
 * background ends with it.
 * @throws INTERRUPT_FAILED when the shell is not back at its top level after `timeoutMs`.
 */
export async function stopScript(
  script: RunningScript,
  channel: Channel,
  session: string,
  options: InterruptOptions,
  dialect: ShellDialect,
): Promise<void> {
  const { graceMs = defaultGraceMs, timeoutMs = defaultTimeoutMs } = options;
  const startedAt = performance.now();
  script.stopping = true;
  for (let attempts = 0; script.end === undefined; attempts++) {
    const elapsed = performance.now() - startedAt;
    if (elapsed > timeoutMs) throw interruptFailed(session, attempts);
    const patient = elapsed < graceMs;
    channel.signal('shell', 'SIGURG');
    channel.signal('programs', patient ? 'SIGINT' : 'SIGKILL');
    if (elapsed > graceMs + stuckMs) {
      channel.writeControl(
        Buffer.from(`\n${dialect.endText(script.tokens, channel.separate, script.traced)}`, 'latin1'),
      );
      channel.signal('shell', 'SIGINT');
    }
    const waitMs = patient ? Math.max(25, graceMs - elapsed) : 25 * Math.min(attempts, 4);
    if (await settlesWithin(script.ended.promise, waitMs)) return;
  }
}

function interruptFailed(session: string, attempts: number): RexError<'INTERRUPT_FAILED'> {
  const message = `the shell of session ${session} did not stop after ${attempts} attempts`;
  const hint = 'Close the session and create it again.';
  return new RexError('INTERRUPT_FAILED', message, { session, attempts }, { hint });
}
