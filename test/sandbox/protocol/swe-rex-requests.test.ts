import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import {
  closeSessionRequest,
  createSessionRequest,
  executeRequest,
  readFileRequest,
  sessionAction,
  writeFileRequest,
} from '../../../src/sandbox/protocol/swe-rex-requests.ts';
import {
  invalidJsonFailure,
  missingFailure,
  validationFailure,
} from '../../../src/sandbox/protocol/validation-detail.ts';

function refuse(schema: z.ZodType, body: unknown): readonly object[] {
  const parsed = schema.safeParse(body);
  assert.equal(parsed.success, false, JSON.stringify(body));
  return validationFailure(parsed.error as z.ZodError, body).detail;
}

test('fills in SWE-ReX’s defaults and passes over unknown fields', () => {
  assert.deepEqual(sessionAction.parse({ action_type: 'bash', command: 'x', unknown: 1 }), {
    action_type: 'bash',
    command: 'x',
    session: 'default',
    timeout: null,
    is_interactive_command: false,
    is_interactive_quit: false,
    check: 'raise',
    error_msg: '',
    expect: [],
  });
  assert.deepEqual(sessionAction.parse({ action_type: 'bash_interrupt' }), {
    action_type: 'bash_interrupt',
    session: 'default',
    timeout: 0.2,
    n_retry: 3,
    expect: [],
  });
  assert.deepEqual(createSessionRequest.parse({ session_type: 'bash' }), {
    session_type: 'bash',
    session: 'default',
    startup_source: [],
    startup_timeout: 1,
  });
  assert.deepEqual(closeSessionRequest.parse({ session_type: 'bash' }), { session_type: 'bash', session: 'default' });
  assert.deepEqual(executeRequest.parse({ command: ['a'] }), {
    command: ['a'],
    timeout: null,
    shell: false,
    check: false,
    error_msg: '',
    env: null,
    cwd: null,
    merge_output_streams: false,
  });
  assert.deepEqual(readFileRequest.parse({ path: '/x' }), { path: '/x', encoding: null, errors: null });
  assert.deepEqual(writeFileRequest.parse({ path: '/x', content: '' }), { path: '/x', content: '' });
});

test('takes what pydantic takes for numbers and flags', () => {
  const parse = (fields: object) => sessionAction.parse({ action_type: 'bash', command: '', ...fields });
  assert.deepEqual(parse({ timeout: '1.5' }), parse({ timeout: 1.5 }));
  assert.deepEqual(parse({ is_interactive_command: 'yes' }), parse({ is_interactive_command: true }));
  assert.deepEqual(parse({ is_interactive_command: 0 }), parse({ is_interactive_command: false }));
});

test('wants the discriminators', () => {
  assert.deepEqual(refuse(sessionAction, { command: 'x' }), [
    {
      type: 'union_tag_not_found',
      loc: ['body'],
      msg: "Unable to extract tag using discriminator 'action_type'",
      input: { command: 'x' },
      ctx: { discriminator: "'action_type'" },
    },
  ]);
  assert.deepEqual(refuse(createSessionRequest, { session_type: 'zsh' }), [
    {
      type: 'union_tag_invalid',
      loc: ['body'],
      msg: "Input tag 'zsh' found using 'session_type' does not match any of the expected tags: 'bash'",
      input: { session_type: 'zsh' },
      ctx: { discriminator: "'session_type'", tag: 'zsh', expected_tags: "'bash'" },
    },
  ]);
  assert.deepEqual(refuse(closeSessionRequest, []), [
    {
      type: 'model_attributes_type',
      loc: ['body'],
      msg: 'Input should be a valid dictionary or object to extract fields from',
      input: [],
    },
  ]);
});

test('says where and why a field does not fit, in pydantic’s words', () => {
  const action = { action_type: 'bash', check: 'maybe', timeout: 'soon', expect: ['>', 1] };
  assert.deepEqual(refuse(sessionAction, action), [
    { type: 'missing', loc: ['body', 'bash', 'command'], msg: 'Field required', input: action },
    {
      type: 'float_parsing',
      loc: ['body', 'bash', 'timeout'],
      msg: 'Input should be a valid number, unable to parse string as a number',
      input: 'soon',
    },
    {
      type: 'literal_error',
      loc: ['body', 'bash', 'check'],
      msg: "Input should be 'silent', 'raise' or 'ignore'",
      input: 'maybe',
      ctx: { expected: "'silent', 'raise' or 'ignore'" },
    },
    { type: 'string_type', loc: ['body', 'bash', 'expect', 1], msg: 'Input should be a valid string', input: 1 },
  ]);
  assert.deepEqual(refuse(executeRequest, { command: 5, env: { A: 1 }, shell: 'perhaps', cwd: 2 }), [
    { type: 'string_type', loc: ['body', 'command', 'str'], msg: 'Input should be a valid string', input: 5 },
    { type: 'list_type', loc: ['body', 'command', 'list[str]'], msg: 'Input should be a valid list', input: 5 },
    {
      type: 'bool_parsing',
      loc: ['body', 'shell'],
      msg: 'Input should be a valid boolean, unable to interpret input',
      input: 'perhaps',
    },
    { type: 'string_type', loc: ['body', 'env', 'A'], msg: 'Input should be a valid string', input: 1 },
    { type: 'string_type', loc: ['body', 'cwd'], msg: 'Input should be a valid string', input: 2 },
  ]);
  const retries = { action_type: 'bash_interrupt', n_retry: 1.5 };
  assert.deepEqual(refuse(sessionAction, retries), [
    {
      type: 'int_from_float',
      loc: ['body', 'bash_interrupt', 'n_retry'],
      msg: 'Input should be a valid integer, got a number with a fractional part',
      input: 1.5,
    },
  ]);
});

test('describes what is no JSON, and what is missing', () => {
  assert.deepEqual(invalidJsonFailure(3, 'Expecting value'), {
    detail: [
      {
        type: 'json_invalid',
        loc: ['body', 3],
        msg: 'JSON decode error',
        input: {},
        ctx: { error: 'Expecting value' },
      },
    ],
  });
  assert.deepEqual(missingFailure('file'), {
    detail: [{ type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null }],
  });
});
