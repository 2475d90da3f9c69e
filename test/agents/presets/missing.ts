import { execFileSync } from 'node:child_process';

/** Why a test that needs a program is skipped, or false where the program can be found by its name. */
export function missing(program: string): string | false {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$0"', program]);
    return false;
  } catch {
    return `${program} is not installed`;
  }
}
