import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentEnvironment } from '../../../src/sandbox/process/launch.ts';
import { LocalTarget } from './local-target.ts';

/** Path of a program of this machine, or undefined. */
export function findProgram(name: string): string | undefined {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * This machine as one that has busybox's programs and nothing else on its path: no bash. `sh` is the given shell. The
 * directory of links goes when the test process ends.
 */
export function makeSmallMachine(shell: string): () => LocalTarget {
  const directory = mkdtempSync(join(tmpdir(), 'hrm-rex-small-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const busybox = findProgram('busybox') as string;
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (name !== '' && name !== 'sh' && name !== 'busybox') symlinkSync(busybox, join(directory, name));
  }
  symlinkSync(shell, join(directory, 'sh'));
  const base = { ...currentEnvironment(), PATH: directory };
  return () => new LocalTarget({ shell: [join(directory, 'sh'), '-c'], base });
}
