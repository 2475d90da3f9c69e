import { statSync } from 'node:fs';
import { RexError } from '../../core/errors.ts';
import type { Command } from './command.ts';
import type { Launch } from './isolation.ts';

/** The typed form of what the system said when a program could not be started. */
export function startError(error: unknown, command: Command, launch: Launch): RexError<'COMMAND_NOT_STARTED'> {
  const errno = (error as NodeJS.ErrnoException).code;
  const program = typeof command === 'string' ? launch.argv[0] : (command[0] as string);
  const lost = (errno === 'ENOENT' || errno === 'ENOTDIR') && !isDirectory(launch.cwd);
  return notStarted(command, { errno, program, missingCwd: lost ? launch.cwd : undefined, cause: error });
}

/** Why a program was not started. */
export interface StartFailure {
  readonly errno: string | undefined;
  readonly program: string;
  /** The working directory, where that is what is missing. */
  readonly missingCwd?: string | undefined;
  readonly cause?: unknown;
}

/** The error of a program that was not started, in words. */
export function notStarted(command: Command, failure: StartFailure): RexError<'COMMAND_NOT_STARTED'> {
  const { errno, missingCwd, cause } = failure;
  const [message, hint] = explain(failure);
  return new RexError(
    'COMMAND_NOT_STARTED',
    message,
    { command, errno, ...(missingCwd !== undefined && { missingCwd }) },
    { hint, cause },
  );
}

function explain({ errno, program, missingCwd }: StartFailure): [message: string, hint: string] {
  if (missingCwd !== undefined) {
    return [`the working directory ${missingCwd} does not exist`, 'Create it first or pass another `cwd`.'];
  }
  switch (errno) {
    case 'ENOENT':
      return [`program not found: ${program}`, 'Install it, give its full path, or check PATH in `env`.'];
    case 'EACCES':
      return [
        `not allowed to run ${program}`,
        'Make the file executable (chmod +x) or run it through its interpreter.',
      ];
    case 'E2BIG':
      return [
        `the command line for ${program} is too long`,
        'Write the script or the data to a file and pass its path.',
      ];
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
      return [`the system is out of processes or files (${errno})`, 'Run fewer commands at once, or raise the limits.'];
    default:
      return [`could not start ${program} (${errno ?? 'unknown error'})`, 'See `cause` for what the system said.'];
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
