import { resolve } from 'node:path';
import { invalidArgument } from '../../core/errors.ts';
import type { Command, SpawnOptions } from './command.ts';
import { treeVariable } from './end-tree.ts';
import type { Launch } from './isolation.ts';

/** The kernel refuses one argument of more than 128 KiB; a longer script travels in pieces. */
const argumentBytes = 96 * 1024;

/** Where commands start when their options do not say. */
export interface LaunchDefaults {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The program, directory and environment that a command means. An argv stays as it is; a script becomes an argument of
 * its shell. With merged streams a shell first points standard error at standard output.
 * @throws INVALID_ARGUMENT for an empty command or one with a NUL byte.
 */
export function toLaunch(
  command: Command,
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'inheritEnv' | 'shell' | 'streams' | 'pty'>,
  defaults: LaunchDefaults,
  mark: string,
): Launch {
  const argv = typeof command === 'string' ? scriptArgv(command, options.shell ?? '/bin/sh') : checkArgv(command);
  const merged = options.streams === 'merged' && !options.pty;
  return {
    argv: merged ? ['/bin/sh', '-c', 'exec "$0" "$@" 2>&1', ...argv] : argv,
    cwd: resolve(defaults.cwd, options.cwd ?? ''),
    env: toEnvironment(options, defaults.env, mark),
  };
}

/**
 * The whole environment of a new process: the runtime's (unless replaced), the caller's additions, the tree's mark. On
 * a terminal TERM is `dumb` unless the caller says otherwise.
 */
export function toEnvironment(
  options: Pick<SpawnOptions, 'env' | 'inheritEnv' | 'pty'>,
  base: Readonly<Record<string, string>>,
  mark: string,
): Record<string, string> {
  const env: Record<string, string> = options.inheritEnv === false ? {} : { ...base };
  if (options.pty) env.TERM = 'dumb';
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (name === '' || /[=\0]/.test(name) || value?.includes('\0')) {
      throw invalidArgument('env', 'names without "=" and no NUL bytes', name);
    }
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  env[treeVariable] = mark;
  return env;
}

/** This process's environment without its undefined entries. */
export function currentEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return env;
}

function checkArgv(command: readonly string[]): [string, ...string[]] {
  const [program, ...rest] = Array.isArray(command) ? command : [];
  if (typeof program !== 'string' || program === '') {
    throw invalidArgument('command', 'a script or a non-empty argv array of strings', command);
  }
  for (const part of command) {
    if (typeof part !== 'string' || part.includes('\0')) {
      throw invalidArgument('command', 'strings without NUL bytes', part);
    }
  }
  return [program, ...rest];
}

function scriptArgv(script: string, shell: string): [string, ...string[]] {
  if (script.includes('\0')) throw invalidArgument('command', 'a script without NUL bytes', script);
  if (script.length * 3 < argumentBytes || Buffer.byteLength(script) < argumentBytes) return [shell, '-c', script];
  const pieces = script.match(/[\s\S]{1,24576}/gu) ?? [];
  const join = `IFS=; hrm_rex_script="$*"; unset IFS; set --; eval "unset hrm_rex_script\n$hrm_rex_script"`;
  return [shell, '-c', join, shell, ...pieces];
}
