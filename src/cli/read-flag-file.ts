import { readFileSync } from 'node:fs';
import { usageError } from './failure.ts';

/** Text of a file that a flag names; a mistake in the usage where it cannot be read. */
export function readFlagFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
