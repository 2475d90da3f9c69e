import type { ToolFault } from '../../core/error-codes.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { StandardIssue } from './standard-schema.ts';

/** Something in a value that does not fit its schema. */
export type Fault = ToolFault;

const MAX_EXPECTATION_LENGTH = 300;

/** The faults as text that tells what was expected, which not every schema's message does. */
export function toFaults(issues: readonly StandardIssue[], schema: JsonObject): Fault[] {
  return issues.map(({ message, path = [] }) => {
    const keys = path.map((step) => (typeof step === 'object' ? step.key : step));
    return { path: formatPath(keys), message: /expect/i.test(message) ? message : explain(message, schema, keys) };
  });
}

/** The faults in one line. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function formatPath(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}

function explain(message: string, schema: JsonObject, keys: readonly PropertyKey[]): string {
  const part = keys.reduce<Json | undefined>(descend, schema);
  if (part === undefined || keys.length === 0) return message;
  return `${message} (expected ${JSON.stringify(part).slice(0, MAX_EXPECTATION_LENGTH)})`;
}

function descend(schema: Json | undefined, key: PropertyKey): Json | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (typeof key === 'number') return schema.items;
  return isJsonObject(schema.properties) ? schema.properties[String(key)] : undefined;
}
