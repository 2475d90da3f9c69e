import { invalidArgument } from './errors.ts';

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * Checks that a value survives JSON unchanged: plain objects, arrays, strings, finite numbers, booleans and null.
 * An object's members that are `undefined` are allowed and vanish. Throws `INVALID_ARGUMENT`, naming the place.
 */
export function assertJson(value: unknown, name: string): asserts value is Json {
  const place = findNonJson(value, name, 0);
  if (place) throw invalidArgument(place.path, 'a JSON value', place.value);
}

/** Whether a value survives JSON unchanged; see {@link assertJson}. */
export function isJson(value: unknown): value is Json {
  return findNonJson(value, '', 0) === undefined;
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_DEPTH = 500;

function findNonJson(value: unknown, path: string, depth: number): { path: string; value: unknown } | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, value };
  if (typeof value !== 'object' || depth > MAX_DEPTH) return { path, value };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = findNonJson(value[index], `${path}[${index}]`, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return { path, value };
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const found = findNonJson(member, `${path}.${key}`, depth + 1);
    if (found) return found;
  }
  return undefined;
}
