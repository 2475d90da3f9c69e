import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { quote } from '../../../core/quote.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Session, SessionOptions } from '../../session/session.ts';
import type { SessionSnapshot, ShellDefinition } from './session-snapshot.ts';

/** How a snapshot is restored. */
export interface RestoreOptions {
  /** Where the files go in the target. Default: where they lay in the other one. */
  readonly workspace?: string;
  /** How the new session starts, its name and its terminal. Default `loadRc`: false, the snapshot holds what it did. */
  readonly session?: SessionOptions;
  readonly signal?: AbortSignal;
}

/** A session that goes on where a snapshot was taken. */
export interface RestoredSession {
  readonly session: Session;
  /** What this target refused: names of variables, functions and aliases, options, `cwd`. Empty where all came over. */
  readonly refused: readonly string[];
}

/**
 * Starts a session that goes on where a snapshot was taken, on any runtime with a bash: carries the files over, defines
 * everything again and goes to the directory, at its new place where the workspace has moved.
 *
 * @throws INVALID_ARGUMENT for what is no snapshot of version 1, and what `upload` and `createSession` throw; then no
 * session is left
 */
export async function restoreSession(
  snapshot: SessionSnapshot,
  runtime: Runtime,
  options: RestoreOptions = {},
): Promise<RestoredSession> {
  if (snapshot.version !== 1) throw invalidArgument('snapshot', 'a snapshot of version 1', snapshot.version);
  const { signal } = options;
  const abortable = signal ? { signal } : {};
  const { workspace } = snapshot;
  const place = options.workspace ?? workspace?.path;
  if (workspace !== undefined) await runtime.upload(workspace.directory, place as string, abortable);
  const session = await runtime.createSession({ loadRc: false, ...abortable, ...options.session });
  try {
    const token = randomId(32);
    const cwd = workspace === undefined ? snapshot.cwd : moved(snapshot.cwd, workspace.path, place as string);
    const { output } = await session.run(restoreScript(snapshot, cwd, token), abortable);
    const refused = output.split('\n').filter((line) => line.startsWith(token));
    return { session, refused: refused.map((line) => line.slice(token.length)) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A directory at or below one that has moved, where it is now; any other stays. */
function moved(path: string, from: string, to: string): string {
  const below = posix.relative(from, path);
  return below.startsWith('..') || posix.isAbsolute(below) ? path : posix.join(to, below);
}

/**
 * Defines everything in an order in which nothing changes how the rest is read: options of the parser first, aliases
 * behind functions, `errexit` and its like at the very end.
 */
function restoreScript(snapshot: SessionSnapshot, cwd: string, token: string): Uint8Array {
  const attempt = (name: string, command: string): string =>
    `\\builtin eval -- ${quote(command)} >/dev/null 2>&1 || \\builtin printf '%s\\n' ${quote(token + name)}`;
  const define = ({ name, command }: ShellDefinition): string => attempt(name, command);
  const shopts = snapshot.options.filter((option) => option.startsWith('shopt'));
  const sets = snapshot.options.filter((option) => !option.startsWith('shopt'));
  const lines = [
    ...shopts.map((option) => attempt(option, option)),
    ...snapshot.variables.map(define),
    ...snapshot.functions.map(define),
    ...snapshot.aliases.map(define),
    attempt('umask', `umask ${snapshot.umask}`),
    attempt('cwd', `cd -- ${quote(Buffer.from(cwd).toString('latin1'))}`),
    ...sets.map((option) => attempt(option, option)),
    ':',
  ];
  return Buffer.from(lines.join('\n'), 'latin1');
}
