import { execFileSync } from 'node:child_process';

/** Whether the tests of isolation can run here; says once why not. */
export function hasBubblewrap(): boolean {
  try {
    execFileSync('bwrap', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('skipped: bubblewrap is not installed (apt-get install bubblewrap)');
    return false;
  }
}
