import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';
import { hasErrno, withFileErrors } from '../../files/file-errors.ts';
import { treeVariable } from '../../process/end-tree.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Session } from '../../session/session.ts';
import { readState, type ShellState } from './read-state.ts';
import type { SessionSnapshot, ShellDefinition, SnapshotWorkspace } from './session-snapshot.ts';

/** How a snapshot is taken. */
export interface SnapshotOptions {
  /** Local directory for the files of the workspace, new or empty; the caller keeps and removes it. Needed for files. */
  readonly directory?: string;
  /** Directory of the target whose files belong to the snapshot; `false`: none. Default: the session's directory. */
  readonly workspace?: string | false;
  readonly signal?: AbortSignal;
}

/**
 * Takes a snapshot of a bash session: the files of its workspace, directory, variables, functions, aliases, options and
 * umask. The session goes on as it was. What the target itself gives every shell (its environment, such as PATH and
 * HOME) is no part of it, unless the session changed it.
 *
 * @throws INVALID_ARGUMENT without a `directory` for the files, or for `/` as workspace; FILE_EXISTS where the directory
 * is not empty; UNSUPPORTED for a shell that is not bash; SESSION_BUSY while a program runs or a background job prints
 */
export async function snapshotSession(
  session: Session,
  runtime: Runtime,
  options: SnapshotOptions = {},
): Promise<SessionSnapshot> {
  const { signal } = options;
  const state = await readState(session, signal);
  const base = await newState(runtime, signal);
  const workspace = await saveWorkspace(runtime, state.cwd, options);
  return {
    version: 1,
    cwd: state.cwd,
    umask: state.umask,
    options: changed(state.options, base.options, (option) => option).filter((option) => !ownOptions.test(option)),
    variables: changed(state.variables, base.variables, describe).filter(({ name, command }) =>
      isCarried(name, command),
    ),
    functions: state.functions.filter(({ name }) => !name.startsWith(ownPrefix)),
    aliases: state.aliases,
    ...(workspace ? { workspace } : {}),
  };
}

const ownPrefix = '__hrm_rex_';

/** Options that belong to how a session talks to its shell. */
const ownOptions = /^set [-+]o (?:history|histexpand|monitor|emacs|vi|interactive-comments)$/;

/** Variables that bash sets by itself, or that say where a shell is. */
const shellOwn = new Set(
  `_ BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_EXECUTION_STRING
  BASH_LINENO BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION COLUMNS COMP_WORDBREAKS COPROC DIRSTACK
  EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD HOSTNAME HOSTTYPE LINENO LINES MACHTYPE MAILCHECK OLDPWD
  OPTARG OPTERR OPTIND OSTYPE PIPESTATUS PPID PS1 PS2 PS4 PWD RANDOM READLINE_LINE READLINE_POINT SECONDS SHELLOPTS SHLVL
  SRANDOM UID`.split(/\s+/),
);

function isCarried(name: string, command: string): boolean {
  const isReadOnly = /^declare -[a-zA-Z]*r/.test(command);
  return !isReadOnly && !shellOwn.has(name) && !name.startsWith(ownPrefix) && name !== treeVariable;
}

/** What a new shell of the same runtime is like, without any rc file. */
async function newState(runtime: Runtime, signal: AbortSignal | undefined): Promise<ShellState> {
  const options = { session: `hrm-rex-${randomId()}`, loadRc: false, ...(signal ? { signal } : {}) };
  await using plain = await runtime.createSession(options);
  return await readState(plain, signal);
}

function changed<Item>(items: readonly Item[], base: readonly Item[], key: (item: Item) => string): Item[] {
  const known = new Set(base.map(key));
  return items.filter((item) => !known.has(key(item)));
}

function describe({ name, command }: ShellDefinition): string {
  return `${name}=${command}`;
}

async function saveWorkspace(
  runtime: Runtime,
  cwd: string,
  { workspace = cwd, directory, signal }: SnapshotOptions,
): Promise<SnapshotWorkspace | undefined> {
  if (workspace === false) return undefined;
  if (/^\/*$/.test(workspace)) throw invalidArgument('workspace', 'a directory below the root', workspace);
  if (directory === undefined) throw invalidArgument('directory', 'a local directory for the files', directory);
  const place = resolve(directory);
  await withFileErrors('snapshot', place, () => needEmpty(place));
  await runtime.download(workspace, place, signal ? { signal } : {});
  return { path: workspace, directory: place };
}

async function needEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  });
  if (names.length > 0) throw Object.assign(new Error('the directory is not empty'), { code: 'EEXIST' });
}
