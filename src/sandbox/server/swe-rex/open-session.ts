import { RexError } from '../../../core/errors.ts';
import { pythonClass } from '../../protocol/python-exceptions.ts';
import type { CreateSessionRequest } from '../../protocol/swe-rex-requests.ts';
import type { CreateSessionResponse } from '../../protocol/swe-rex-responses.ts';
import { defaultStartupTimeoutMs, type Session, type SessionOptions } from '../../session/session.ts';
import type { SessionDesk } from '../session-desk.ts';
import { pythonError } from './python-error.ts';
import { toMilliseconds } from './run-action.ts';
import { plainText } from './terminal-text.ts';

/**
 * Opens a session as SWE-ReX's are: on a terminal of 80 x 24 where the runtime has one, with TERM=dumb. A source that
 * is missing or fails is no error; its complaint is in the output. `startup_timeout` is for the sources; the shell itself
 * has the usual time to start, since SWE-ReX's default of one second is little on a busy machine.
 */
export async function openSession(
  desk: SessionDesk,
  request: CreateSessionRequest,
  signal: AbortSignal,
): Promise<CreateSessionResponse> {
  const timeoutMs = toMilliseconds(request.startup_timeout);
  const startupTimeoutMs = Math.max(timeoutMs, defaultStartupTimeoutMs);
  const options = { session: request.session, startupTimeoutMs, env: { TERM: 'dumb' }, signal };
  const session = await createOnTerminal(desk, options);
  let output = session.startupOutput;
  if (request.startup_source.length > 0) {
    output += await source(desk, session, request, timeoutMs, signal);
  }
  return { output: plainText(output), session_type: 'bash' };
}

async function createOnTerminal(desk: SessionDesk, options: SessionOptions): Promise<Session> {
  try {
    return await desk.create({ ...options, pty: { columns: 80, rows: 24 } });
  } catch (error) {
    if (!RexError.is(error, 'DEPENDENCY_MISSING') && !RexError.is(error, 'UNSUPPORTED')) throw error;
    return await desk.create(options);
  }
}

/** Sources the files in one go, unquoted, as SWE-ReX does, so that `~` works. */
async function source(
  desk: SessionDesk,
  session: Session,
  request: CreateSessionRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const script = request.startup_source.map((file) => `source ${file}`).join(' ; ');
  try {
    return (await session.run(script, { timeoutMs, signal })).output;
  } catch (error) {
    await desk.close(request.session).catch(() => {});
    if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
    const message = `Timeout exceeded: the start-up files took more than ${request.startup_timeout} seconds`;
    throw pythonError({ classPath: pythonClass.timeout, message, extraInfo: { output: error.context.output } });
  }
}
