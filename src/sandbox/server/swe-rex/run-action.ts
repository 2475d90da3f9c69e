import { RexError } from '../../../core/errors.ts';
import { failedInSession, noExitCode, pythonClass, timeoutInSession } from '../../protocol/python-exceptions.ts';
import { fromPythonPattern } from '../../protocol/python-pattern.ts';
import type { BashAction } from '../../protocol/swe-rex-requests.ts';
import { type BashObservation, promptMarker } from '../../protocol/swe-rex-responses.ts';
import type { Observation, RunOptions, Session } from '../../session/session.ts';
import { ExactOutput } from './exact-output.ts';
import { pythonError } from './python-error.ts';
import { dialogueText, plainText } from './terminal-text.ts';

/** How long SWE-ReX waits for the exit code of a program that a match of `expect` left running. */
const exitCodeWaitMs = 1_250;

/** Evaluates to the status of the command before it, and changes nothing. */
const statusProbe = '(exit $?)';

/** What commands that ran out of time had printed, until an interrupt of their session asks for it. */
export type Leftovers = WeakMap<Session, string>;

/** Runs a {@link BashAction} with SWE-ReX's meaning of every field. */
export async function runAction(
  session: Session,
  action: BashAction,
  leftovers: Leftovers,
  { signal, maxOutputBytes }: { readonly signal: AbortSignal; readonly maxOutputBytes: number },
): Promise<BashObservation> {
  if (action.is_interactive_command && action.is_interactive_quit) throw bothInteractive();
  const patterns = action.expect.map(toPattern);
  const options: RunOptions = {
    signal,
    ...(action.timeout === null ? {} : { timeoutMs: toMilliseconds(action.timeout) }),
    ...(patterns.length === 0 ? {} : { expect: patterns }),
  };
  leftovers.delete(session);
  const interactive = action.is_interactive_command || action.is_interactive_quit;
  const exact = new ExactOutput(maxOutputBytes);
  const how = { ...options, interactive, validate: !interactive, onOutput: exact.take };
  const observation = await runScript(session, action, leftovers, exact, how);
  const shown = interactive ? observation.output : exact.show(observation.output, observation.outputBytes);
  const index = observation.pattern === undefined ? -1 : patterns.indexOf(observation.pattern as RegExp);
  const matched = action.expect[index];
  const output = plainText(observation.backgroundOutput + shown);
  if (action.is_interactive_quit) return observed(output, 0, matched);
  if (action.is_interactive_command)
    return observed(dialogueText(observation.backgroundOutput + observation.output), 0, matched);
  if (action.check === 'ignore') return observed(output, null, matched);
  if (matched === undefined) return checked(action, output, observation.exitCode, matched);
  const rest = await endSoon(session, signal);
  if (rest !== undefined) return checked(action, output + plainText(rest.output), rest.exitCode, matched);
  if (action.check === 'raise') throw pythonError(noExitCode());
  return observed(output, null, matched);
}

/** Seconds of the wire as a duration that every timer takes. */
export function toMilliseconds(seconds: number): number {
  return Math.max(seconds * 1000, 1);
}

/** An `expect` of the wire as a RegExp; a bad one is Python's `re.error`. */
export function toPattern(source: string): RegExp {
  try {
    return fromPythonPattern(source);
  } catch (error) {
    throw pythonError({ classPath: pythonClass.badPattern, message: (error as Error).message });
  }
}

/** The observation of a command that ended, or matched. */
export function observed(output: string, exitCode: number | null, matched: string | undefined): BashObservation {
  return {
    output,
    exit_code: exitCode,
    failure_reason: '',
    expect_string: matched ?? promptMarker,
    session_type: 'bash',
  };
}

async function runScript(
  session: Session,
  action: BashAction,
  leftovers: Leftovers,
  exact: ExactOutput,
  options: RunOptions,
): Promise<Observation> {
  // The newline that callers put after the last line of a program would be left for the shell.
  const script = action.is_interactive_quit ? action.command.replace(/\n$/, '') : action.command;
  try {
    return await session.run(script, options);
  } catch (error) {
    if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
    const output = plainText(exact.show(error.context.output));
    leftovers.set(session, output);
    throw pythonError(timeoutInSession(action.command, action.timeout ?? 0, output));
  }
}

function checked(
  action: BashAction,
  output: string,
  exitCode: number | null,
  matched: string | undefined,
): BashObservation {
  if (action.check === 'raise' && exitCode !== 0 && exitCode !== null) {
    throw pythonError(failedInSession(action.command, exitCode, output, action.error_msg));
  }
  return observed(output, exitCode, matched);
}

/** The end of a program that a match left running, if it comes soon; the program is left alone otherwise. */
async function endSoon(session: Session, signal: AbortSignal): Promise<Observation | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, exitCodeWaitMs, undefined);
  });
  const end = session.waitFor([], { signal });
  end.catch(() => {});
  try {
    return await Promise.race([end, patience]);
  } catch (error) {
    if (!RexError.is(error, 'PROCESS_ENDED')) throw error;
    return await session.run(statusProbe, { signal });
  } finally {
    clearTimeout(timer);
  }
}

function bothInteractive(): RexError {
  const message = 'is_interactive_command and is_interactive_quit exclude each other';
  return pythonError({ classPath: 'builtins.AssertionError', message });
}
