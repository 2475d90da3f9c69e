import { invalidArgument, RexError } from '../../core/errors.ts';
import { assertJson, type Json, type JsonObject } from '../../core/json.ts';
import { formatFaults } from './fault.ts';
import type { AgentWork, ResourceUse, Tool, ToolAnnotations, ToolContext } from './tool.ts';
import { badSchema, type Checked, type SchemaLike, type ToolSchema, toToolSchema } from './tool-schema.ts';

/** A {@link Tool} as its author writes it. */
export interface ToolDefinition<Input = JsonObject, Output = unknown> {
  /** `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly name: string;
  readonly title?: string | undefined;
  /** What it does and when to use it, for a model. */
  readonly description: string;
  /** Describes an object; no union at its top. */
  readonly input: SchemaLike<Input>;
  /** Checked after each call. Default: any JSON value. */
  readonly output?: SchemaLike<Output> | undefined;
  readonly annotations?: ToolAnnotations | undefined;
  /** Whether a person has to agree first. Default false. */
  readonly needsApproval?: boolean | ((input: Input) => boolean) | undefined;
  /** Whether an agent may see the tool in this work. Default: always. */
  readonly isOffered?: ((work: AgentWork) => boolean) | undefined;
  /** What a call uses. Default: nothing that others could want. */
  readonly resources?: ((input: Input) => readonly ResourceUse[]) | undefined;
  /** Does it; `undefined` is answered as null. */
  run(input: Input, context: ToolContext): Output | Promise<Output>;
}

/**
 * Makes a tool whose input and output are checked on every call.
 *
 * @throws INVALID_ARGUMENT for a name, description or schema that models and MCP clients could not use
 */
export function defineTool<Input = JsonObject, Output = unknown>(definition: ToolDefinition<Input, Output>): Tool {
  const { name, title, description, annotations = {}, needsApproval = false, resources } = definition;
  checkName(name);
  if (typeof description !== 'string' || description.trim() === '') {
    throw invalidArgument(`${name}.description`, 'text that tells a model what the tool does', description);
  }
  if (typeof definition.run !== 'function') throw invalidArgument(`${name}.run`, 'a function', definition.run);
  const input = toToolSchema(definition.input, 'input', `${name}.input`);
  if (!isPlainObject(input.jsonSchema)) {
    throw badSchema(`${name}.input`, 'the input of a tool is described by one object, with no union at its top', {
      hint: 'Put the alternatives into a member of an object.',
    });
  }
  const output = definition.output && toToolSchema(definition.output, 'output', `${name}.output`);
  const gate = typeof needsApproval === 'function' ? needsApproval : () => needsApproval;
  return {
    name,
    title,
    description,
    annotations,
    inputSchema: { type: 'object', properties: {}, ...input.jsonSchema },
    outputSchema: output && isPlainObject(output.jsonSchema) ? output.jsonSchema : undefined,
    ...(definition.isOffered ? { isOffered: definition.isOffered } : {}),
    // A call whose input does not fit never runs, so nobody is asked; where that is not known, somebody is.
    needsApproval: (given) => needsApproval !== false && ask(input, given, gate, { misfit: false, failure: true }),
    resources: (given) => (resources ? ask(input, given, resources, { misfit: [], failure: [] }) : []),
    call: async (given, context) => {
      const checked = await input.check(given);
      if (checked.faults) throw toolError('TOOL_INPUT_INVALID', name, checked.faults);
      return checkOutput(name, output, await definition.run(checked.value, context));
    },
  };
}

/** Refuses names that a model provider or an MCP client would refuse; throws `INVALID_ARGUMENT`. */
export function checkName(name: string): void {
  if (typeof name === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(name)) return;
  throw invalidArgument('name', '1 to 64 characters of A-Z, a-z, 0-9, _ and -', name);
}

/** What a function of the input says, or what holds for an input that does not fit and for a function that throws. */
function ask<Input, Answer>(
  schema: ToolSchema<Input>,
  given: JsonObject,
  answer: (input: Input) => Answer,
  otherwise: { readonly misfit: Answer; readonly failure: Answer },
): Answer {
  try {
    const checked = schema.check(given);
    if (checked instanceof Promise) return answer(given as Input);
    return checked.faults ? otherwise.misfit : answer(checked.value);
  } catch {
    return otherwise.failure;
  }
}

async function checkOutput(name: string, schema: ToolSchema<unknown> | undefined, output: unknown): Promise<Json> {
  const checked: Checked<unknown> = schema ? await schema.check(output) : { value: output ?? null };
  if (checked.faults) throw toolError('TOOL_OUTPUT_INVALID', name, checked.faults);
  const value = checked.value ?? null;
  try {
    assertJson(value, 'output');
  } catch (error) {
    throw toolError('TOOL_OUTPUT_INVALID', name, [{ path: '', message: (error as Error).message }]);
  }
  return value;
}

function isPlainObject(schema: JsonObject): boolean {
  return schema.type === 'object' && !['anyOf', 'oneOf', 'allOf', 'not', 'enum', '$ref'].some((word) => word in schema);
}

function toolError(
  code: 'TOOL_INPUT_INVALID' | 'TOOL_OUTPUT_INVALID',
  tool: string,
  faults: readonly { readonly path: string; readonly message: string }[],
): RexError {
  const part = code === 'TOOL_INPUT_INVALID' ? 'input' : 'output';
  const hint =
    part === 'input' ? 'Call it again with arguments that fit its input schema.' : 'The tool itself is at fault.';
  return new RexError(code, `${tool}: its ${part} does not fit: ${formatFaults(faults)}`, { tool, faults }, { hint });
}
