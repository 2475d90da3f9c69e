import type { ExecutionResult } from './code-result.ts';

const shownCharacters = 1500;

/** How a command ended, in words. */
export function describeEnd(
  subject: string,
  { exitCode, signal, timedOut, durationMs, stderr }: ExecutionResult,
): string {
  if (timedOut) return `${subject} was still running after ${Math.round(durationMs)} ms and was killed`;
  const said = stderr.trim() === '' ? '' : `: ${tail(stderr.trim())}`;
  if (exitCode === null) return `${subject} was ended by ${signal ?? 'a signal'}${said}`;
  return exitCode === 0 ? `${subject} ended with exit code 0` : `${subject} ended with exit code ${exitCode}${said}`;
}

/** Where two texts differ first, in words. */
export function describeDifference(what: string, expected: string, actual: string): string {
  const [wanted, got] = [expected.split('\n'), actual.split('\n')];
  const line = wanted.findIndex((text, index) => text !== got[index]);
  const at = line === -1 ? wanted.length : line;
  const show = (text: string | undefined): string =>
    text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 200));
  return `${what} differs in line ${at + 1}: expected ${show(wanted[at])}, got ${show(got[at])}`;
}

function tail(text: string): string {
  return text.length <= shownCharacters ? text : `…${text.slice(-shownCharacters)}`;
}
