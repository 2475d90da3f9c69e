import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import { isJson, type Json, type JsonObject } from '../../core/json.ts';
import { type Fault, toFaults } from './fault.ts';
import type { StandardResult, StandardSchema } from './standard-schema.ts';

/**
 * Describes a value: a Standard Schema that writes JSON Schema itself (zod does; valibot through
 * `toStandardJsonSchema`), any Standard Schema beside its JSON Schema, or a JSON Schema alone.
 */
export type SchemaLike<Output> =
  | StandardSchema<Output>
  | { readonly schema: StandardSchema<Output>; readonly jsonSchema: JsonObject }
  | JsonObject;

/** What a schema says of a value: what it became, or every fault. */
export type Checked<Output> =
  | { readonly value: Output; readonly faults?: undefined }
  | { readonly faults: readonly Fault[] };

/** A schema that checks, and tells what it checks. */
export interface ToolSchema<Output> {
  readonly jsonSchema: JsonObject;
  /** A promise only where the library checks asynchronously. */
  check(value: unknown): Checked<Output> | Promise<Checked<Output>>;
}

/**
 * Makes one kind of schema of all.
 *
 * @throws INVALID_ARGUMENT for what is no schema, or cannot be written as JSON Schema
 */
export function toToolSchema<Output>(
  like: SchemaLike<Output>,
  direction: 'input' | 'output',
  name: string,
): ToolSchema<Output> {
  if (!isRecord(like)) throw badSchema(name, 'it is no schema');
  if (isStandard<Output>(like)) return fromStandard(like, writeJsonSchema(like, direction, name), name);
  if ('schema' in like && isStandard<Output>(like.schema)) return fromStandard(like.schema, like.jsonSchema, name);
  return fromStandard(readJsonSchema(like as JsonObject, name) as unknown as StandardSchema<Output>, like, name);
}

function fromStandard<Output>(schema: StandardSchema<Output>, written: unknown, name: string): ToolSchema<Output> {
  const jsonSchema = plain(written, name);
  const read = (result: StandardResult<Output>): Checked<Output> =>
    result.issues ? { faults: toFaults(result.issues, jsonSchema) } : { value: result.value };
  return {
    jsonSchema,
    check: (value) => {
      const result = schema['~standard'].validate(value);
      return result instanceof Promise ? result.then(read) : read(result);
    },
  };
}

function writeJsonSchema(schema: StandardSchema, direction: 'input' | 'output', name: string): unknown {
  const { jsonSchema, vendor } = schema['~standard'];
  if (!jsonSchema) {
    const hint =
      vendor === 'valibot'
        ? 'Wrap it in toStandardJsonSchema of @valibot/to-json-schema.'
        : 'Give { schema, jsonSchema }, or a schema of a library that writes JSON Schema itself.';
    throw badSchema(name, `a schema of ${vendor} does not write JSON Schema itself`, { hint });
  }
  try {
    return jsonSchema[direction]({ target: 'draft-2020-12' });
  } catch (cause) {
    throw badSchema(name, `JSON Schema cannot express it: ${(cause as Error).message}`, { cause });
  }
}

function readJsonSchema(schema: JsonObject, name: string): z.ZodType {
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (cause) {
    throw badSchema(name, (cause as Error).message, { cause });
  }
}

/** A copy without `$schema` and members that are undefined. */
function plain(written: unknown, name: string): JsonObject {
  if (!isRecord(written) || !isJson(written)) throw badSchema(name, 'its JSON Schema is no JSON object');
  const {
    $schema: _dialect,
    '~standard': _standard,
    ...rest
  } = JSON.parse(JSON.stringify(written)) as Record<string, Json>;
  return rest;
}

/** The error of a schema that will not do. */
export function badSchema(
  name: string,
  problem: string,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): RexError<'INVALID_ARGUMENT'> {
  return new RexError(
    'INVALID_ARGUMENT',
    `${name}: ${problem}`,
    { argument: name, expected: 'a Standard Schema or a JSON Schema', received: problem },
    more,
  );
}

function isStandard<Output>(value: unknown): value is StandardSchema<Output> {
  // Some libraries' schemas are functions.
  if (!isRecord(value) && typeof value !== 'function') return false;
  return isRecord((value as { readonly '~standard'?: unknown })['~standard']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
