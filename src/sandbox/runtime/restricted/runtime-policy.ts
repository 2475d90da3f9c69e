import { posix } from 'node:path';
import { invalidArgument, RexError } from '../../../core/errors.ts';
import type { Command } from '../../process/command.ts';
import { shorten } from '../../process/command-error.ts';

/**
 * What may be done through a restricted runtime. Everything is optional, and what is absent is not restricted.
 *
 * A policy is checked before a command starts. What a program does once it runs is not seen here: `root`, `readOnly`
 * and the size limits hold for this runtime's own calls, not inside programs. Confine programs with `isolation`.
 */
export interface RuntimePolicy {
  /**
   * Directory of the target, absolute, in which commands start and below which all paths lie; relative paths start
   * there. `..` and symbolic links that lead outside are refused with PATH_ESCAPE. A program that swaps links while a
   * call is under way can outwit the check.
   */
  readonly root?: string;
  /** Directory of this machine that uploads and downloads may use. Default: none with a `root`, else any. */
  readonly localRoot?: string;
  /** Refuses every call that changes files. Default false. */
  readonly readOnly?: boolean;
  /** Programs that may be started, compared with the first word of an argv as it is given. */
  readonly allow?: readonly string[];
  /** Programs that may not be started, by name or path: a guard against accidents, since any program can start another. */
  readonly deny?: readonly string[];
  /**
   * Whether scripts and sessions may be used. No filter on the text of a script is a security boundary, so there is
   * none: with `allow` or `deny` the default is false, else true.
   */
  readonly shell?: boolean;
  /** Environment variables that a call may set or remove. Default: none with `allow`, else any. */
  readonly allowEnv?: readonly string[];
  /** Longest `timeoutMs` of a command or a run, and the limit of those that name none. */
  readonly maxTimeoutMs?: number;
  /** Largest `maxOutputBytes`, and the limit of calls that name none. */
  readonly maxOutputBytes?: number;
  /** Longest script or argv. */
  readonly maxCommandBytes?: number;
  /** Most sessions open at once. */
  readonly maxSessions?: number;
  /** Largest file, or part of one, that is read, written or carried over. */
  readonly maxFileBytes?: number;
}

type Limit = 'maxTimeoutMs' | 'maxOutputBytes' | 'maxCommandBytes' | 'maxSessions' | 'maxFileBytes';

const limits: readonly Limit[] = ['maxTimeoutMs', 'maxOutputBytes', 'maxCommandBytes', 'maxSessions', 'maxFileBytes'];

/** A copy of a policy that nobody can change. @throws INVALID_ARGUMENT for values that mean nothing */
export function sealPolicy(policy: RuntimePolicy): RuntimePolicy {
  const { allow, deny, allowEnv, root } = policy;
  if (root !== undefined && !posix.isAbsolute(root)) throw invalidArgument('root', 'an absolute path', root);
  for (const limit of limits) {
    const value = policy[limit];
    if (value !== undefined && !(value >= 0)) throw invalidArgument(limit, 'a number, 0 or more', value);
  }
  return Object.freeze({
    ...policy,
    ...(allow && { allow: [...allow] }),
    ...(deny && { deny: [...deny] }),
    ...(allowEnv && { allowEnv: [...allowEnv] }),
    ...(root !== undefined && { root: posix.normalize(`${root}/`).replace(/(?<=.)\/$/, '') }),
  });
}

/** A copy of a command that its caller cannot change any more. @throws POLICY_DENIED, LIMIT_EXCEEDED */
export function checkCommand(policy: RuntimePolicy, command: Command): Command {
  if (typeof command === 'string') {
    checkShell(policy, 'a script');
    checkCommandBytes(policy, command);
    return command;
  }
  if (!Array.isArray(command)) throw invalidArgument('command', 'a script or an argv array', command);
  const argv = command.map((word: unknown) => {
    if (typeof word !== 'string') throw invalidArgument('command', 'an argv array of strings', word);
    return word;
  });
  const program = argv[0] ?? '';
  if (policy.allow && !policy.allow.includes(program)) throw denied('allow', program);
  if (policy.deny?.some((name) => name === program || name === posix.basename(program))) throw denied('deny', program);
  checkCommandBytes(policy, argv.join('\0'));
  return argv;
}

/** @throws LIMIT_EXCEEDED for a text longer than a command may be */
export function checkCommandBytes(policy: RuntimePolicy, command: string | Uint8Array): void {
  checkLimit(policy, 'maxCommandBytes', Buffer.byteLength(command));
}

/** @throws POLICY_DENIED where scripts and sessions are refused */
export function checkShell({ shell, allow, deny }: RuntimePolicy, subject: string): void {
  if (!(shell ?? !(allow || deny))) throw denied('shell', subject);
}

/** @throws POLICY_DENIED for a variable that may not be changed */
export function checkEnvironment(
  { allow, allowEnv = allow ? [] : undefined }: RuntimePolicy,
  options: { readonly env?: Readonly<Record<string, string | undefined>>; readonly inheritEnv?: boolean },
): void {
  if (!allowEnv) return;
  if (options.inheritEnv === false) throw denied('allowEnv', 'inheritEnv: false');
  for (const name of Object.keys(options.env ?? {})) if (!allowEnv.includes(name)) throw denied('allowEnv', name);
}

/** @throws LIMIT_EXCEEDED unless the value is within the limit */
export function checkLimit(policy: RuntimePolicy, limit: Limit, received: number): void {
  const maximum = policy[limit];
  if (maximum === undefined || !(received > maximum)) return;
  const hint = 'The limit was set by whoever restricted this runtime: ask for less.';
  const message = `${limit} is ${maximum}, got ${received}`;
  throw new RexError('LIMIT_EXCEEDED', message, { limit, maximum, received }, { hint });
}

/** The value a call gets: its own if that is within the limit, else the limit or a smaller default. */
export function bounded(
  policy: RuntimePolicy,
  limit: 'maxTimeoutMs' | 'maxOutputBytes',
  value: number | undefined,
  usual: number = Number.POSITIVE_INFINITY,
): number | undefined {
  const maximum = policy[limit];
  if (maximum === undefined) return value;
  if (value === undefined) return Math.min(maximum, usual);
  checkLimit(policy, limit, value);
  return value;
}

/** The error for a call that a rule forbids. */
export function denied(rule: keyof RuntimePolicy, subject: string): RexError<'POLICY_DENIED'> {
  const message = `not allowed here (${rule}): ${shorten(subject)}`;
  const hint = 'The rule was set by whoever restricted this runtime.';
  return new RexError('POLICY_DENIED', message, { rule, subject }, { hint });
}
