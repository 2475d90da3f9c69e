import { RexError } from '../../../core/errors.ts';
import { exceptionStatus, wrapException } from '../../protocol/exception-transfer.ts';
import { encodeError, statusOf } from '../../protocol/rex-protocol.ts';
import { toPythonException } from '../../protocol/to-python.ts';
import type { Refusal } from '../authenticator.ts';
import type { Dialect, StreamAnswer, WholeAnswer } from './route.ts';

const jsonType = 'application/json';

/** A JSON answer. */
export function jsonAnswer(value: unknown, status = 200): WholeAnswer {
  return { status, type: jsonType, body: JSON.stringify(value) };
}

/** The answer that says only that it is done. */
export function doneAnswer(): WholeAnswer {
  return jsonAnswer({});
}

/** An answer of lines of JSON, sent as they come. */
export function linesAnswer(values: AsyncIterable<unknown>): StreamAnswer {
  return { status: 200, type: 'application/x-ndjson', stream: toLines(values) };
}

/** The answer for an error, in the dialect of the route. */
export function errorAnswer(error: unknown, dialect: Dialect): WholeAnswer {
  const transport = RexError.is(error) ? transportStatus(error) : undefined;
  if (dialect === 'rex') return jsonAnswer(encodeError(error), transport ?? statusOf(codeOf(error)));
  if (transport !== undefined) return jsonAnswer({ detail: (error as Error).message }, transport);
  return jsonAnswer(wrapException(toPythonException(error)), exceptionStatus);
}

/** The answer for a request that may not pass. */
export function refusalAnswer(refusal: Refusal, dialect: Dialect, url: string): WholeAnswer {
  const status = refusal === 'wrong' ? 401 : 403;
  const detail = { wrong: 'Invalid API Key', missing: 'Not authenticated', browser: 'Browsers need a key' }[refusal];
  if (dialect === 'swe-rex') return jsonAnswer({ detail }, status);
  return jsonAnswer(encodeError(new RexError('UNAUTHORIZED', detail, { url })), status);
}

/** 404 for a path that is not there, 405 for one that has other methods. */
export function noRouteAnswer(allowed: readonly string[]): WholeAnswer {
  if (allowed.length === 0) return jsonAnswer({ detail: 'Not Found' }, 404);
  return { ...jsonAnswer({ detail: 'Method Not Allowed' }, 405), headers: { allow: allowed.join(', ') } };
}

function codeOf(error: unknown): RexError['code'] {
  return RexError.is(error) ? error.code : 'REMOTE_ERROR';
}

/** Status of what went wrong with the request itself, whatever the dialect. */
function transportStatus(error: RexError): number | undefined {
  if (error.code === 'CONNECTION_FAILED') return 408;
  if (!RexError.is(error, 'LIMIT_EXCEEDED')) return undefined;
  return error.context.limit === 'maxBodyBytes' || error.context.limit === 'maxUploadBytes' ? 413 : undefined;
}

async function* toLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}
