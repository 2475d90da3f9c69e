import { execFileSync } from 'node:child_process';

/** Runs a script with the Python 3 of this machine and returns what it prints; undefined where there is none. */
export const python: ((script: string, input: string) => string) | undefined = hasPython()
  ? (script, input) => execFileSync('python3', ['-c', script], { input, encoding: 'utf8', maxBuffer: 1e8 })
  : undefined;

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
