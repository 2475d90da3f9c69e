import { performance } from 'node:perf_hooks';
import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { quote } from '../../../core/quote.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Observation, Session } from '../../../sandbox/session/session.ts';
import type { Exchange } from './tool-preset.ts';
import type { CommandOutcome } from './workflow-result.ts';

/** Sessions for programs that ask: one for a tool, opened with its first such step. */
export class InteractiveSessions implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #cwd: string | undefined;
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(runtime: Runtime, cwd: string | undefined) {
    this.#runtime = runtime;
    this.#cwd = cwd;
  }

  /** The session of a tool. */
  of(tool: string): Promise<Session> {
    const session =
      this.#sessions.get(tool) ??
      this.#runtime.createSession({
        session: `${tool}_interactive_${randomId(6)}`,
        loadRc: false,
        ...(this.#cwd !== undefined && { cwd: this.#cwd }),
      });
    this.#sessions.set(tool, session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#sessions.values());
    await Promise.all(opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)));
  }
}

/** How a conversation is limited. */
export interface TalkOptions {
  /** Time for each answer of the program. */
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Starts a program, waits for what it asks, answers, and waits for its end; one that ends early ends the conversation. */
export async function talkToProgram(
  session: Session,
  command: readonly string[],
  exchanges: readonly Exchange[],
  { timeoutMs, env, signal }: TalkOptions,
): Promise<CommandOutcome> {
  const startedAt = performance.now();
  const limits = { timeoutMs, ...(signal && { signal }) };
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  let text = [...(assignments.length > 0 ? ['env', ...assignments] : []), ...command.map(quote)].join(' ');
  const heard: string[] = [];
  const hear = ({ output, matched }: Observation): void => void heard.push(output + (matched ?? ''));
  const outcome = (exitCode: number | null, timedOut: boolean): CommandOutcome => {
    return { command, output: heard.join(''), exitCode, timedOut, durationMs: performance.now() - startedAt };
  };
  try {
    for (const [index, { expect, send }] of exchanges.entries()) {
      const seen = await session.run(text, { ...limits, expect, interactive: index > 0 });
      hear(seen);
      if (seen.matched === undefined) return outcome(seen.exitCode, false);
      text = send;
      heard.push(`${send}\n`);
    }
    const end = await session.run(text, { ...limits, interactive: exchanges.length > 0 });
    hear(end);
    return outcome(end.exitCode, false);
  } catch (error) {
    if (!RexError.is(error, 'COMMAND_TIMEOUT')) throw error;
    heard.push(error.context.output);
    await session.interrupt();
    return outcome(null, true);
  }
}
