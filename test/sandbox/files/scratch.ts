import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ErrorCode } from '../../../src/core/error-codes.ts';
import { RexError } from '../../../src/core/errors.ts';

/** An empty directory of a test, removed after it. */
export async function scratch(context: TestContext): Promise<string> {
  const directory = await newDirectory();
  context.after(() => removeTree(directory));
  return directory;
}

/** Runs an action in an empty directory of its own. */
export async function inScratch<Value>(action: (directory: string) => Promise<Value>): Promise<Value> {
  const directory = await newDirectory();
  try {
    return await action(directory);
  } finally {
    await removeTree(directory);
  }
}

/** Expects a rejection with a code, and gives the error. */
export async function rejectsWith<Code extends ErrorCode>(
  action: Promise<unknown>,
  code: Code,
): Promise<RexError<Code>> {
  const error = await action.then(
    (value) => assert.fail(`expected ${code}, got the value ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(RexError.is(error, code), `expected ${code}, got ${String(error)}`);
  assert.ok(error.hint, `${code} comes with a hint`);
  return error;
}

/** Several chunks as a stream. */
export async function* streamOf<Chunk>(...chunks: readonly Chunk[]): AsyncGenerator<Chunk, void, undefined> {
  yield* chunks;
}

/** All bytes of a stream. */
export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** True where permission bits bind this process. */
export const bound: boolean = process.getuid?.() !== 0;

async function newDirectory(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'hrm-rex-files-')));
}

async function removeTree(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
