import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidArgument, RexError } from '../../src/core/errors.ts';

test('an error carries its code, context, hint and cause', () => {
  const cause = new Error('below');
  const error = new RexError('SESSION_NOT_FOUND', 'no session x', { session: 'x' }, { hint: 'Create it.', cause });
  assert.ok(RexError.is(error, 'SESSION_NOT_FOUND'));
  assert.equal(error.context.session, 'x');
  assert.equal(error.cause, cause);
  assert.deepEqual(error.toJSON(), {
    code: 'SESSION_NOT_FOUND',
    message: 'no session x',
    context: { session: 'x' },
    hint: 'Create it.',
    retryable: false,
  });
});

test('is() tells codes apart and refuses what is no error of this package', () => {
  const error = new RexError('SESSION_BUSY', 'busy', { session: 'x', running: 'python3' });
  assert.equal(RexError.is(error, 'SESSION_NOT_FOUND'), false);
  assert.equal(error.retryable, true);
  for (const other of [undefined, null, 'SESSION_BUSY', new Error('SESSION_BUSY'), { code: 'SESSION_BUSY' }]) {
    assert.equal(RexError.is(other), false);
  }
});

test('is() recognises an error of another copy of the package', async () => {
  const copy = (await import(
    `../../src/core/errors.ts?copy=${Date.now()}`
  )) as typeof import('../../src/core/errors.ts');
  assert.notEqual(copy.RexError, RexError);
  assert.ok(RexError.is(new copy.RexError('PROCESS_NOT_FOUND', 'gone', { id: 'p1' }), 'PROCESS_NOT_FOUND'));
});

test('an invalid argument quotes what came', () => {
  assert.match(
    invalidArgument('timeoutMs', 'a positive number', -1).message,
    /timeoutMs: expected a positive number, got -1/,
  );
  assert.match(invalidArgument('command', 'a script', { a: 1 }).message, /got an object \(Object\)/);
});
