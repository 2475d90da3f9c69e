import type { Tool } from '../../../agents/tools/tool.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

const deepest = 6;

/** The parts of a tool's declaration in TypeScript. */
export interface SignatureParts {
  readonly comment: string;
  readonly parameter: string;
  readonly result: string;
}

/** How a tool is declared in TypeScript. */
export function signatureParts({ description, inputSchema, outputSchema }: Tool): SignatureParts {
  const isOptional = !(Array.isArray(inputSchema.required) && inputSchema.required.length > 0);
  return {
    comment: `/** ${comment(description)} */`,
    parameter: `input${isOptional ? '?' : ''}: ${typeText(inputSchema)}`,
    result: `Promise<${outputSchema ? typeText(outputSchema) : 'unknown'}>`,
  };
}

/** A JSON Schema as the text of a TypeScript type; what has no equal becomes `unknown`. */
export function typeText(schema: Json, depth: number = 0): string {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || depth > deepest) return 'unknown';
  const { type, enum: values, const: constant, anyOf, oneOf, items } = schema as JsonObject;
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (constant !== undefined) return JSON.stringify(constant);
  const variants = anyOf ?? oneOf;
  if (Array.isArray(variants)) return variants.map((variant) => typeText(variant, depth + 1)).join(' | ');
  if (Array.isArray(type))
    return type.map((name) => typeText({ ...(schema as JsonObject), type: name }, depth)).join(' | ');
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `${parenthesise(typeText(items ?? null, depth + 1))}[]`;
    case 'object':
      return objectText(schema as JsonObject, depth);
    default:
      return 'unknown';
  }
}

function objectText({ properties, required, additionalProperties }: JsonObject, depth: number): string {
  const names = Array.isArray(required) ? required : [];
  const members = Object.entries((properties ?? {}) as JsonObject).map(([name, member]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const { description } = (typeof member === 'object' && member !== null ? member : {}) as JsonObject;
    const note = typeof description === 'string' ? `/** ${comment(description)} */ ` : '';
    return `${note}${key}${names.includes(name) ? '' : '?'}: ${typeText(member, depth + 1)}`;
  });
  if (members.length > 0) return `{ ${members.join('; ')} }`;
  const values = typeof additionalProperties === 'object' ? typeText(additionalProperties, depth + 1) : undefined;
  return values === undefined ? 'Record<string, unknown>' : `Record<string, ${values}>`;
}

function parenthesise(text: string): string {
  return text.includes('|') ? `(${text})` : text;
}

function comment(text: string): string {
  return text.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim();
}
