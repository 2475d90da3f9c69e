import type { Observation } from '../session/session.ts';
import type { Runtime, SessionCommand, SessionInterrupt } from './runtime.ts';

/** SWE-ReX's one entry for commands and interrupts, in terms of the session's own methods. @throws SESSION_NOT_FOUND */
export async function runInSession(
  runtime: Pick<Runtime, 'session'>,
  action: SessionCommand | SessionInterrupt,
): Promise<Observation> {
  if ('type' in action) {
    const { type: _type, session, ...options } = action;
    return await runtime.session(session).interrupt(options);
  }
  const { command, session, ...options } = action;
  return await runtime.session(session).run(command, options);
}
