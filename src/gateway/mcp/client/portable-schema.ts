import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';

/**
 * A server's schema as every model takes it: one plain object, its alternatives merged into one, and types that may be
 * null as what they are else. The server itself still checks what it gets.
 */
export function portableSchema(schema: JsonObject): JsonObject {
  const { $schema: _dialect, ...rest } = schema;
  return { ...(simplify(mergeVariants(rest)) as JsonObject), type: 'object' };
}

/** Alternatives at the top become one object with the members of all, needed only where all need them. */
function mergeVariants({ anyOf, oneOf, allOf, ...schema }: JsonObject): JsonObject {
  const either = [...objects(anyOf), ...objects(oneOf)];
  const each = objects(allOf);
  const members = [schema, ...each, ...either].map(({ properties }) => (properties ?? {}) as JsonObject);
  const properties: JsonObject = Object.assign({}, ...[...members].reverse());
  const always = [schema, ...each].flatMap(requiredOf);
  const shared =
    either.length > 0
      ? requiredOf(either[0] as JsonObject).filter((name) => either.every((one) => requiredOf(one).includes(name)))
      : [];
  const required = [...new Set([...always, ...shared])];
  const { required: _required, ...others } = schema;
  return { ...others, properties, ...(required.length > 0 ? { required } : {}) };
}

function simplify(value: Json): Json {
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as JsonObject;
  const entries = Object.entries(schema).map(([key, member]) => [
    key,
    key === 'enum' || key === 'const' || key === 'default' ? member : simplify(member),
  ]);
  return withoutNull(Object.fromEntries(entries) as JsonObject);
}

function withoutNull(schema: JsonObject): JsonObject {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    const { type: _type, ...rest } = schema;
    return types.length === 1
      ? { ...rest, type: types[0] as Json }
      : { ...rest, anyOf: types.map((type) => ({ type })) };
  }
  for (const word of ['anyOf', 'oneOf'] as const) {
    const variants = schema[word];
    if (!Array.isArray(variants)) continue;
    const kept = objects(variants).filter(({ type }) => type !== 'null');
    const { [word]: _variants, ...rest } = schema;
    if (kept.length === 1) return { ...rest, ...kept[0] };
  }
  return schema;
}

function objects(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJsonObject);
}

function requiredOf({ required }: JsonObject): string[] {
  return Array.isArray(required) ? required.filter((name): name is string => typeof name === 'string') : [];
}
