import type { z } from 'zod';
import { invalidArgument } from '../../../core/errors.ts';
import { rexRoot } from '../../protocol/rex-protocol.ts';
import { jsonAnswer } from '../http/answers.ts';
import type { ActRoute, Answer, Call, ReadRoute, WholeAnswer } from '../http/route.ts';

/** A GET route below `/rex/v1` that answers JSON. */
export function getJson(path: string, look: (call: Call) => Promise<unknown>): ReadRoute {
  return getAnswer(path, async (call) => jsonAnswer(await look(call)));
}

/** A GET route below `/rex/v1` with an answer of its own. */
export function getAnswer(path: string, handle: (call: Call) => Promise<Answer>): ReadRoute {
  return { method: 'GET', path: rexRoot + path, dialect: 'rex', handle };
}

/** A POST route below `/rex/v1` that takes and answers JSON. */
export function postJson<Body>(
  path: string,
  schema: z.ZodType<Body>,
  act: (body: Body, call: Call) => Promise<unknown>,
): ActRoute {
  const handle = async (call: Call): Promise<WholeAnswer> =>
    jsonAnswer(await act(parseBody(schema, call.content.toString('utf8')), call));
  return { method: 'POST', path: rexRoot + path, dialect: 'rex', input: 'whole', handle };
}

/** A POST route below `/rex/v1` that takes bytes, or nothing, and answers JSON. */
export function postBytes(path: string, input: ActRoute['input'], act: (call: Call) => Promise<unknown>): ActRoute {
  const handle = async (call: Call): Promise<WholeAnswer> => jsonAnswer((await act(call)) ?? {});
  return { method: 'POST', path: rexRoot + path, dialect: 'rex', input, handle };
}

/** A parameter of the query that must be there. @throws INVALID_ARGUMENT */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null) throw invalidArgument(name, 'a query parameter', undefined);
  return value;
}

/** A number of the query, or undefined. @throws INVALID_ARGUMENT for what is no number */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number) || number < 0) throw invalidArgument(name, 'a number that is not negative', value);
  return number;
}

/** A flag of the query, or undefined. */
export function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  return value === null ? undefined : value === 'true';
}

/** JSON that fits a schema. @throws INVALID_ARGUMENT */
export function parseBody<Body>(schema: z.ZodType<Body>, text: string): Body {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw invalidArgument('body', 'JSON', text);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidArgument(['body', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'another value', value);
}
