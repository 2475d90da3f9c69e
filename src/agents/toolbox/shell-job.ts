import { RexError } from '../../core/errors.ts';
import { settlesWithin } from '../../core/settles-within.ts';
import type { Observation, Session } from '../../sandbox/session/session.ts';
import type { Job } from './job.ts';

const keptCharacters = 256 * 1024;

/** What a command in a session has printed so far, the last part of it. */
export class ShellOutput {
  #text = '';
  #dropped = 0;
  #wake: () => void = () => {};

  /** Characters printed in all. */
  get end(): number {
    return this.#dropped + this.#text.length;
  }

  add(text: string): void {
    this.#text += text;
    const excess = this.#text.length - 2 * keptCharacters;
    if (excess > 0) {
      this.#text = this.#text.slice(excess + keptCharacters);
      this.#dropped += excess + keptCharacters;
    }
    this.#wake();
  }

  read(after: number): string {
    const missing = this.#dropped - after;
    const mark = missing > 0 ? `[... ${missing} characters omitted ...]\n` : '';
    return mark + this.#text.slice(Math.max(0, -missing));
  }

  /** Resolves when something is added. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A command that runs in a session and has taken longer than its caller waits: the session is the job's from now on. */
export function shellJob(
  id: string,
  command: string,
  {
    session,
    ending,
    output,
  }: { readonly session: Session; readonly ending: Promise<Observation>; readonly output: ShellOutput },
): Job {
  let exitCode: number | null | undefined;
  let cursor = 0;
  const ended = ending
    .then(
      (observation) => {
        exitCode = observation.exitCode;
      },
      (error: unknown) => {
        exitCode = RexError.is(error, 'SESSION_ENDED') ? error.context.exitCode : null;
      },
    )
    .then(() => session.close());
  ended.catch(() => {});
  return {
    id,
    command,
    get running() {
      return exitCode === undefined;
    },
    async read({ after = cursor, waitMs = 0, signal }) {
      signal.throwIfAborted();
      if (output.end <= after && waitMs > 0 && exitCode === undefined) {
        await settlesWithin(Promise.race([output.changed(), ended]), waitMs);
      }
      cursor = output.end;
      const state = exitCode === undefined ? 'running' : 'ended';
      return { job: id, state, exitCode: exitCode ?? null, signal: null, output: output.read(after), cursor };
    },
    write: (text) => session.send(text),
    closeInput: () => session.send('\u0004'),
    stop: async () => {
      await session.close();
      await ended.catch(() => {});
    },
  };
}
