import { posix } from 'node:path';
import { invalidArgument, RexError } from '../../../../core/errors.ts';
import { randomId } from '../../../../core/ids.ts';
import type { Target } from '../../../target/target.ts';
import { DetachedSession } from './detached-session.ts';
import { lookScript, settingText, startScript } from './far-scripts.ts';
import { persist } from './persist.ts';
import { askTarget } from './target-calls.ts';

/** How a detached session is attached. */
export interface AttachDetachedOptions {
  /** Letters, digits, `-`, `_` and `.`; unique among those of the account. */
  readonly name: string;
  /** How long a call waits for the host to come back after the link was cut. Default 60,000. */
  readonly reconnectTimeoutMs?: number;
}

/** How a detached session is started. */
export interface DetachedSessionOptions extends AttachDetachedOptions {
  /** Time after which it ends when nobody asks for it, nothing runs and nothing is printed. Default 3,600,000. */
  readonly idleTimeoutMs?: number;
  /** Working directory. Default: the deployment's. */
  readonly cwd?: string;
  /** Environment variables, added to the deployment's. */
  readonly env?: Readonly<Record<string, string>>;
}

const defaults = { idleTimeoutMs: 3_600_000, reconnectTimeoutMs: 60_000 } as const;

/** Starts a session. @throws SESSION_EXISTS, SESSION_START_FAILED, INVALID_ARGUMENT */
export async function startDetached(target: Target, options: DetachedSessionOptions): Promise<DetachedSession> {
  const { name, idleTimeoutMs = defaults.idleTimeoutMs } = options;
  checkName(name);
  const setting = settingText(posix.resolve(target.cwd, options.cwd ?? '.'), { ...target.env, ...options.env });
  const answer = (await askTarget(target, startScript(name, randomId(), idleTimeoutMs, setting))).trim();
  if (answer === 'started') return toSession(target, options);
  if (answer !== 'exists') throw startFailed(name, answer);
  const hint = 'Attach it, close it, or take another name.';
  throw new RexError('SESSION_EXISTS', `a detached session ${name} exists already`, { session: name }, { hint });
}

/** Finds a session by its name. @throws SESSION_NOT_FOUND */
export async function attachDetached(target: Target, options: AttachDetachedOptions): Promise<DetachedSession> {
  const { name, reconnectTimeoutMs = defaults.reconnectTimeoutMs } = options;
  checkName(name);
  const answer = await persist(() => askTarget(target, lookScript(name)), { reconnectTimeoutMs });
  if (answer.trim() === 'there') return toSession(target, options);
  const hint = 'It was closed, its shell ended, or it was idle for too long.';
  throw new RexError('SESSION_NOT_FOUND', `there is no detached session ${name}`, { session: name }, { hint });
}

function toSession(target: Target, { name, reconnectTimeoutMs }: AttachDetachedOptions): DetachedSession {
  return new DetachedSession(name, target, reconnectTimeoutMs ?? defaults.reconnectTimeoutMs);
}

function checkName(name: string): void {
  if (/^[\w-][\w.-]{0,63}$/.test(name)) return;
  throw invalidArgument('name', 'up to 64 letters, digits, `-`, `_` and `.`', name);
}

function startFailed(session: string, output: string): RexError<'SESSION_START_FAILED'> {
  const reason = 'its directory or pipe could not be made in the home directory';
  const message = `the detached session ${session} did not start: ${reason}`;
  return new RexError('SESSION_START_FAILED', message, { session, output, reason });
}
