import assert from 'node:assert/strict';
import { randomId } from '../../../src/core/ids.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';

/** Variable by which these tests find again what they started. */
export const markVariable = 'HRM_REX_FAULT_TEST';

/** A local runtime whose processes can be found by a mark. */
export interface MarkedRuntime {
  readonly runtime: LocalRuntime;
  readonly mark: string;
  /** Fails if one of its processes is alive; those that are just ending are given a moment. */
  assertNothingLeft(patienceMs?: number): Promise<void>;
}

/** Makes a {@link MarkedRuntime}. */
export function makeMarkedRuntime(cwd?: string): MarkedRuntime {
  const mark = randomId();
  const env = { ...environment(), [markVariable]: mark };
  return {
    runtime: new LocalRuntime(cwd === undefined ? { env } : { env, cwd }),
    mark,
    assertNothingLeft: (patienceMs) => assertNothingLeft(mark, patienceMs),
  };
}

/** Fails if a process with this mark is alive. */
export async function assertNothingLeft(mark: string, patienceMs = 0): Promise<void> {
  assert.deepEqual(await leftoverProcesses({ variable: markVariable, value: mark, patienceMs }), []);
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
