import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An empty directory of this machine that goes with the test. */
export async function makeScratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
