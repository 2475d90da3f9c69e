import { basename } from 'node:path';
import { quote } from '../../../core/quote.ts';
import type { Identity } from './identity.ts';
import type { SandboxLimits } from './limits.ts';
import type { SandboxPrograms } from './programs.ts';

/** What the way into a sandbox depends on; the same for all its launches. */
export interface LaunchPlan {
  readonly programs: SandboxPrograms;
  readonly identity: Identity;
  readonly limits: SandboxLimits;
  /** Descriptors that must not come along. */
  readonly leaked: readonly number[];
  /** Directory with one file of bubblewrap arguments per launch. */
  readonly launches: string;
  /** Directories of control groups, with the file of a launch's own directory that lets a process in. */
  readonly groups: readonly { readonly directory: string; readonly entry: string }[];
  /** Whether memory and processes are limited by the kernel's limits per process or user. */
  readonly resourceLimits: boolean;
}

/** Descriptors that the way in uses; both are closed when the command runs. */
const argumentsDescriptor = 8;
const statusDescriptor = 9;

const politeSignals: readonly string[] = ['INT', 'QUIT', 'TERM', 'USR1', 'USR2'];

/**
 * Shell text that takes a launch into the sandbox; its `$1` is the launch's name and the rest is the command. It notes
 * which process the launch is, enters the control groups, drops root and becomes bubblewrap, so the process id stays.
 * Any step that fails ends it before the command runs.
 *
 * Polite signals are ignored on the way, so that one to the whole tree, or Ctrl-C on a terminal, reaches the command
 * and does not end its sandbox first; `env` gives them their meaning again inside.
 */
export function launchScript(plan: LaunchPlan): string {
  const { programs, limits } = plan;
  return [
    'set -e',
    'launch=$1; shift',
    ...plan.leaked.map((descriptor) => `exec ${descriptor}>&-`),
    ...(programs.env ? [`trap '' ${politeSignals.join(' ')}`] : []),
    `exec ${statusDescriptor}>${quote(plan.launches)}/"$$" ${argumentsDescriptor}<${quote(plan.launches)}/"$launch"`,
    `echo "$launch" >&${statusDescriptor}`,
    ...plan.groups.map(({ directory, entry }) => `echo 0 >${quote(directory)}/"$launch"/${entry}`),
    ...resourceLimits(limits),
    `exec ${[...dropRoot(plan), ...enter(programs), ...inner(plan)].map(quote).join(' ')} "$@"`,
  ].join('\n');
}

/** The argv that runs a command in the sandbox. */
export function launchArguments(
  script: string,
  shell: string,
  launch: string,
  command: readonly string[],
): [string, ...string[]] {
  // `env` takes a first word with "=" for a variable; a shell in between runs it as what it is.
  const words = command[0]?.includes('=') ? [shell, '-c', 'exec "$0" "$@"', ...command] : command;
  // A bash that finds a socket for its input takes itself for a remote login and reads the rc file of whoever it runs
  // as; and only a POSIX one counts file sizes in blocks of 512 bytes.
  const plainly = basename(shell) === 'bash' ? ['--norc', '--noprofile', '--posix'] : [];
  return [shell, ...plainly, '-c', script, 'hrm-rex-sandbox', launch, ...words];
}

function resourceLimits({ cpuSeconds, fileSizeBytes }: SandboxLimits): string[] {
  return [
    ...(cpuSeconds === undefined ? [] : [`ulimit -S -t ${cpuSeconds}; ulimit -H -t ${cpuSeconds + 1}`]),
    ...(fileSizeBytes === undefined ? [] : [`ulimit -f ${Math.ceil(fileSizeBytes / 512)}`]),
  ];
}

function dropRoot({ programs, identity }: LaunchPlan): string[] {
  if (!programs.setpriv) return [];
  const { uid, gid } = identity;
  return [programs.setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
}

function enter({ bubblewrap }: SandboxPrograms): string[] {
  return [bubblewrap, '--args', `${argumentsDescriptor}`, '--json-status-fd', `${statusDescriptor}`, '--'];
}

function inner({ programs, limits, resourceLimits }: LaunchPlan): string[] {
  const { memoryBytes, processes } = limits;
  const set: string[] = [];
  if (resourceLimits && memoryBytes !== undefined) set.push(`--data=${memoryBytes}:${memoryBytes}`);
  if (resourceLimits && processes !== undefined) set.push(`--nproc=${processes}:${processes}`);
  return [
    ...(set.length > 0 && programs.prlimit ? [programs.prlimit, ...set] : []),
    ...(programs.env ? [programs.env, `--default-signal=${politeSignals}`] : []),
  ];
}
