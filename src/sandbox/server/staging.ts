import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private directory of this machine that goes with its block. */
export interface Staging extends AsyncDisposable {
  readonly path: string;
}

/** Makes a directory in which things lie between the wire and a runtime, wherever that runtime's files are. */
export async function openStaging(): Promise<Staging> {
  const path = await mkdtemp(join(tmpdir(), 'hrm-rex-staging-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
