import { z } from 'zod';

/** What pydantic calls a problem: its `type`, its sentence and the values the sentence was made of. */
export interface PydanticProblem {
  readonly type: string;
  readonly msg: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** pydantic's `str`: a text and nothing that could be turned into one. */
export function pythonString(): z.ZodType<string> {
  return lax((input) =>
    typeof input === 'string' ? { value: input } : { type: 'string_type', msg: 'Input should be a valid string' },
  );
}

/** pydantic's lax `float`: a number, a boolean or a text that reads as a number. */
export function pythonFloatValue(): z.ZodType<number> {
  return lax((input) => {
    if (typeof input === 'number') return { value: input };
    if (typeof input === 'boolean') return { value: Number(input) };
    if (typeof input !== 'string') return { type: 'float_type', msg: 'Input should be a valid number' };
    const value = input.trim() === '' ? Number.NaN : Number(input);
    if (!Number.isNaN(value)) return { value };
    return { type: 'float_parsing', msg: 'Input should be a valid number, unable to parse string as a number' };
  });
}

/** pydantic's lax `int`: a whole number, a boolean or a text that reads as one. */
export function pythonInteger(): z.ZodType<number> {
  return lax((input) => {
    if (typeof input === 'boolean') return { value: Number(input) };
    if (typeof input === 'string' && /^\s*[+-]?\d+\s*$/.test(input)) return { value: Number(input) };
    if (typeof input === 'string') {
      return { type: 'int_parsing', msg: 'Input should be a valid integer, unable to parse string as an integer' };
    }
    if (typeof input !== 'number') return { type: 'int_type', msg: 'Input should be a valid integer' };
    if (Number.isInteger(input)) return { value: input };
    return { type: 'int_from_float', msg: 'Input should be a valid integer, got a number with a fractional part' };
  });
}

const truths = new Set<unknown>([1, '1', 'true', 't', 'yes', 'y', 'on']);
const untruths = new Set<unknown>([0, '0', 'false', 'f', 'no', 'n', 'off']);

/** pydantic's lax `bool`: also 0 and 1, and the words for yes and no. */
export function pythonBoolean(): z.ZodType<boolean> {
  return lax((input) => {
    if (typeof input === 'boolean') return { value: input };
    const word = typeof input === 'string' ? input.toLowerCase() : input;
    if (truths.has(word)) return { value: true };
    if (untruths.has(word)) return { value: false };
    if (typeof input !== 'string' && typeof input !== 'number') {
      return { type: 'bool_type', msg: 'Input should be a valid boolean' };
    }
    return { type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' };
  });
}

/** pydantic's `Literal` of texts. */
export function pythonLiteral<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice> {
  const quoted = choices.map((choice) => `'${choice}'`);
  const expected = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  return lax((input) => {
    const value = choices.find((choice) => choice === input);
    if (value !== undefined) return { value };
    return { type: 'literal_error', msg: `Input should be ${expected}`, ctx: { expected } };
  });
}

/** pydantic's tagged union: the tag must be there, whatever the branch's own default says. */
export function pythonTag<Value>(
  discriminator: string,
  branches: Readonly<Record<string, z.ZodType<Value>>>,
): z.ZodType<Value> {
  return z.unknown().transform((input, context): Value => {
    const picked = pickBranch(discriminator, branches, input);
    if ('type' in picked) return report(context, picked);
    return delegate(picked.schema, input, context, [picked.tag]);
  });
}

/** A field that must be there, whatever its schema says about absence. */
export function pythonRequired<Value>(schema: z.ZodType<Value>): z.ZodType<Value> {
  return z.unknown().transform((input, context): Value => {
    if (input === undefined) return report(context, { type: 'missing', msg: 'Field required' });
    return delegate(schema, input, context, []);
  });
}

type Parsed<Value> = { readonly value: Value } | PydanticProblem;

function lax<Value>(parse: (input: unknown) => Parsed<Value>): z.ZodType<Value> {
  return z.unknown().transform((input, context): Value => {
    if (input === undefined) return report(context, { type: 'missing', msg: 'Field required' });
    const parsed = parse(input);
    return 'value' in parsed ? parsed.value : report(context, parsed);
  });
}

function delegate<Value>(
  schema: z.ZodType<Value>,
  input: unknown,
  context: z.RefinementCtx,
  parents: readonly PropertyKey[],
): Value {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({ ...issue, path: [...parents, ...issue.path], input } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
}

function report(context: z.RefinementCtx, problem: PydanticProblem): never {
  context.issues.push({ code: 'custom', message: problem.msg, params: { ...problem }, input: undefined });
  return z.NEVER;
}

function pickBranch<Value>(
  discriminator: string,
  branches: Readonly<Record<string, z.ZodType<Value>>>,
  input: unknown,
): { readonly tag: string; readonly schema: z.ZodType<Value> } | PydanticProblem {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return {
      type: 'model_attributes_type',
      msg: 'Input should be a valid dictionary or object to extract fields from',
    };
  }
  const tag = (input as Record<string, unknown>)[discriminator];
  const quoted = `'${discriminator}'`;
  if (tag === undefined) {
    const msg = `Unable to extract tag using discriminator ${quoted}`;
    return { type: 'union_tag_not_found', msg, ctx: { discriminator: quoted } };
  }
  const schema = typeof tag === 'string' && Object.hasOwn(branches, tag) ? branches[tag] : undefined;
  if (schema !== undefined) return { tag: tag as string, schema };
  const expected = Object.keys(branches)
    .map((name) => `'${name}'`)
    .join(', ');
  return {
    type: 'union_tag_invalid',
    msg: `Input tag '${String(tag)}' found using ${quoted} does not match any of the expected tags: ${expected}`,
    ctx: { discriminator: quoted, tag: String(tag), expected_tags: expected },
  };
}
