import type { Stats } from 'node:fs';
import { resolve } from 'node:path';
import { RexError } from '../../../core/errors.ts';
import type { Launch } from '../../process/isolation.ts';
import type { PlaceFinder } from '../sandboxed-files/place.ts';

/**
 * Refuses a launch whose directory or program the sandbox does not have, as the system would without a sandbox. It looks
 * at the files only to say so; what a launch may do is decided inside.
 * @throws COMMAND_NOT_STARTED
 */
export function checkLaunch({ argv, cwd, env }: Launch, finder: PlaceFinder): void {
  if (look(finder, cwd, (stats) => stats.isDirectory()) === false) {
    const hint = 'Create it first or pass another `cwd`.';
    throw notStarted(argv, 'ENOENT', `the working directory ${cwd} does not exist in the sandbox`, hint);
  }
  const [program] = argv;
  const places = program.includes('/')
    ? [resolve(cwd, program)]
    : (env.PATH ?? '/bin:/usr/bin').split(':').map((directory) => resolve(cwd, directory, program));
  if (places.some((place) => look(finder, place, isExecutable) !== false)) return;
  if (places.some((place) => look(finder, place, (stats) => stats.isFile()))) {
    throw notStarted(argv, 'EACCES', `not allowed to run ${program}`, 'Make the file executable (chmod +x).');
  }
  const hint = 'Give its full path, or check PATH in `env`; the sandbox hides some directories of the machine.';
  throw notStarted(argv, 'ENOENT', `program not found in the sandbox: ${program}`, hint);
}

/** Whether a file of the sandbox passes a test; undefined where only the sandbox itself can tell, as below /proc. */
function look(finder: PlaceFinder, path: string, test: (stats: Stats) => boolean): boolean | undefined {
  if (/^\/(proc|dev)(\/|$)/.test(path)) return undefined;
  try {
    using place = finder.find(path, { follow: true });
    return place.stats !== undefined && test(place.stats);
  } catch {
    return false;
  }
}

function isExecutable(stats: Stats): boolean {
  return stats.isFile() && (stats.mode & 0o111) !== 0;
}

function notStarted(command: readonly string[], errno: string, message: string, hint: string): RexError {
  return new RexError('COMMAND_NOT_STARTED', message, { command, errno }, { hint });
}
