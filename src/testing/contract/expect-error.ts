import assert from 'node:assert/strict';
import type { ErrorCode } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';

/** Waits for a promise to be rejected with an error of this code, and returns the error. */
export async function expectError<Code extends ErrorCode>(
  promise: Promise<unknown>,
  code: Code,
): Promise<RexError<Code>> {
  return checkError(await rejectionOf(promise), code);
}

/** Calls a function that must throw an error of this code, and returns the error. */
export function expectThrown<Code extends ErrorCode>(call: () => unknown, code: Code): RexError<Code> {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return checkError(error, code);
  }
  return assert.fail(`expected ${code}, got the result ${describe(result)}`);
}

/** The reason with which a promise is rejected. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let result: unknown;
  try {
    result = await promise;
  } catch (error) {
    return error;
  }
  return assert.fail(`expected an error, got the result ${describe(result)}`);
}

function checkError<Code extends ErrorCode>(error: unknown, code: Code): RexError<Code> {
  if (!RexError.is(error, code)) assert.fail(`expected ${code}, got ${describe(error)}`);
  assert.notEqual(error.message, '', 'the error says what happened');
  return error;
}

function describe(value: unknown): string {
  if (RexError.is(value)) return JSON.stringify(value);
  if (value instanceof Error) return value.stack ?? String(value);
  return JSON.stringify(value)?.slice(0, 500) ?? String(value);
}
