import { RexError } from '../../../core/errors.ts';
import type { Command } from '../../process/command.ts';
import { shorten } from '../../process/command-error.ts';

/**
 * What a scripted command answers, shaped like an `Observation` or a `CommandResult`. All optional: an empty answer is
 * a success without output.
 */
export interface DummyResponse {
  /** Everything printed, for an answer that does not tell the streams apart. */
  readonly output?: string;
  /** Standard output. Default: `output`. */
  readonly stdout?: string;
  /** Standard error. Default: empty. */
  readonly stderr?: string;
  /** Default 0, or null with a `signal` or a `matched`. */
  readonly exitCode?: number | null;
  /** Name of the signal that ended the command. */
  readonly signal?: string | null;
  /** The text that an `expect` matched: the program goes on. Default: what is found in the output. */
  readonly matched?: string | undefined;
  /** Output of background jobs, for a session. */
  readonly backgroundOutput?: string;
  readonly failureReason?: string;
  /** Default 0. */
  readonly durationMs?: number;
}

/** An answer: a string is standard output, an error is thrown. */
export type DummyAnswer = string | DummyResponse | Error;

/** One call as the dummy recorded it. */
export interface DummyCall {
  /** `run` and `waitFor` are a session's; `write` is a process's or a session's (`send`). */
  readonly operation:
    | 'execute'
    | 'spawn'
    | 'run'
    | 'waitFor'
    | 'write'
    | 'interrupt'
    | 'createSession'
    | 'closeSession';
  /** The command; for a `write` what was written; else empty. */
  readonly command: Command | Uint8Array;
  /** Name of the session, where it is about one. */
  readonly session: string | undefined;
  /** The options as they were given. */
  readonly options: object;
}

/** What a responding function is given besides the call. */
export interface DummyRequest extends DummyCall {
  /** The command as one text: an argv joined by spaces. */
  readonly text: string;
  /** The match of a RegExp. */
  readonly match: RegExpExecArray | undefined;
  /** Aborted when the caller no longer waits: timeout, abort, interrupt, close. */
  readonly signal: AbortSignal;
}

/** An answer, or a function that makes one; a promise that never settles is a command that hangs. */
export type DummyResponder = DummyAnswer | ((request: DummyRequest) => DummyAnswer | Promise<DummyAnswer>);

/** Answers the commands that equal a string or match a RegExp. */
export type DummyHandler = readonly [pattern: string | RegExp, responder: DummyResponder];

/** What a dummy answers. All optional. */
export interface DummyScriptOptions {
  /** One answer for every command, or a list that is used up from the front. Default: success without output. */
  readonly outputs?: DummyAnswer | readonly DummyAnswer[];
  /** Answers by command, the first that fits; they come before `outputs` and use none of them up. */
  readonly on?: readonly DummyHandler[];
}

/** Picks answers for calls. */
export class DummyScript {
  readonly #handlers: DummyHandler[];
  readonly #always: DummyAnswer | undefined;
  readonly #queue: DummyAnswer[] | undefined;

  constructor({ outputs = {}, on = [] }: DummyScriptOptions) {
    this.#handlers = [...on];
    if (isList(outputs)) this.#queue = [...outputs];
    else this.#always = outputs;
  }

  /** Adds a handler before all others; disposing the result removes it. */
  on(pattern: string | RegExp, responder: DummyResponder): Disposable {
    const handler: DummyHandler = [pattern, responder];
    this.#handlers.unshift(handler);
    return {
      [Symbol.dispose]: () => {
        const index = this.#handlers.indexOf(handler);
        if (index >= 0) this.#handlers.splice(index, 1);
      },
    };
  }

  /** How many answers of a list are left. */
  get remaining(): number {
    return this.#queue?.length ?? 0;
  }

  /** Chooses the answer at once and makes it in its own time. @throws DUMMY_EXHAUSTED when the list is used up. */
  answer(call: DummyCall, signal: AbortSignal): () => Promise<DummyResponse> {
    const text = textOf(call.command);
    for (const [pattern, responder] of this.#handlers) {
      const match = typeof pattern === 'string' ? undefined : (matchOf(pattern, text) ?? undefined);
      if (typeof pattern === 'string' ? pattern !== text : match === undefined) continue;
      if (typeof responder !== 'function') return async () => toResponse(responder);
      return async () => toResponse(await responder({ ...call, text, match, signal }));
    }
    const answer = this.#queue ? this.#queue.shift() : this.#always;
    if (answer === undefined) throw exhausted(text);
    return async () => toResponse(answer);
  }
}

function isList(outputs: DummyAnswer | readonly DummyAnswer[]): outputs is readonly DummyAnswer[] {
  return Array.isArray(outputs);
}

function textOf(command: DummyCall['command']): string {
  if (typeof command === 'string') return command;
  return command instanceof Uint8Array ? Buffer.from(command).toString('utf8') : command.join(' ');
}

function matchOf(pattern: RegExp, text: string): RegExpExecArray | null {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text);
}

function toResponse(answer: DummyAnswer): DummyResponse {
  if (answer instanceof Error) throw answer;
  return typeof answer === 'string' ? { stdout: answer } : answer;
}

function exhausted(text: string): RexError<'DUMMY_EXHAUSTED'> {
  const message = `the dummy has no answer left for: ${shorten(text)}`;
  const hint = 'Add one to `outputs`, or a handler with `on`.';
  return new RexError('DUMMY_EXHAUSTED', message, { command: text }, { hint });
}
