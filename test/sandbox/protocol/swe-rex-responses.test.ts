import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { exceptionEnvelope } from '../../../src/sandbox/protocol/exception-transfer.ts';
import {
  bashObservation,
  closeSessionResponse,
  commandResponse,
  createSessionResponse,
  emptyResponse,
  isAliveResponse,
  readFileResponse,
} from '../../../src/sandbox/protocol/swe-rex-responses.ts';

const schemas = {
  '/is_alive': isAliveResponse,
  '/create_session': createSessionResponse,
  '/run_in_session': bashObservation,
  '/close_session': closeSessionResponse,
  '/execute': commandResponse,
  '/read_file': readFileResponse,
  '/write_file': emptyResponse,
  '/upload': emptyResponse,
  '/close': emptyResponse,
} as const;

interface Recorded {
  readonly name: string;
  readonly request: { readonly path: keyof typeof schemas };
  readonly response: { readonly status: number; readonly body: string };
}

test('every recorded answer fits its schema, field for field', async () => {
  const text = await readFile(new URL('../../fixtures/swe-rex/wire.json', import.meta.url), 'utf8');
  for (const { name, request, response } of JSON.parse(text) as readonly Recorded[]) {
    const body = JSON.parse(response.body);
    const schema = response.status === 200 ? schemas[request.path] : exceptionEnvelope;
    assert.deepEqual(schema.parse(body), body, name);
  }
});

test('answers may leave out what has a default', () => {
  assert.deepEqual(isAliveResponse.parse({ is_alive: true }), { is_alive: true, message: '' });
  assert.deepEqual(commandResponse.parse({}), { stdout: '', stderr: '', exit_code: null });
  assert.deepEqual(bashObservation.parse({}), {
    output: '',
    exit_code: null,
    failure_reason: '',
    expect_string: '',
    session_type: 'bash',
  });
  assert.equal(isAliveResponse.safeParse({}).success, false);
});
