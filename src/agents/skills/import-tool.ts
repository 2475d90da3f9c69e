import { invalidArgument } from '../../core/errors.ts';
import { isJson, type Json, type JsonObject } from '../../core/json.ts';
import { defineTool } from '../tools/define-tool.ts';
import type { SchemaLike } from '../tools/tool-schema.ts';
import type { Skill } from './skill.ts';

/** A tool of another library, by its shape alone: LangChain's, for example. */
export interface ForeignTool {
  readonly name: string;
  readonly description: string;
  /** Describes the input: a Standard Schema such as zod's, or a JSON Schema. */
  readonly schema: SchemaLike<JsonObject>;
  invoke(input: JsonObject, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
}

/** A foreign tool as a skill with one tool. Nothing of it is called. @throws INVALID_ARGUMENT */
export function importedSkill(foreign: ForeignTool): Skill {
  if (typeof foreign?.invoke !== 'function') throw invalidArgument('tool.invoke', 'a function', foreign?.invoke);
  const { name, description } = foreign;
  const tool = defineTool<JsonObject>({
    name,
    description,
    input: foreign.schema,
    run: async (input, { signal }) => toJson(await foreign.invoke(input, { signal })),
  });
  const instructions = `Use the tool \`${name}\`: ${description}`;
  return { name, description, instructions, manifest: { tools: [name], permissions: [] }, tool };
}

/** The value itself where it is JSON, what it says of itself where it is not. */
function toJson(value: unknown): Json {
  if (value === undefined) return null;
  if (isJson(value)) return value;
  const written = JSON.stringify(value) as string | undefined;
  return written === undefined ? String(value) : (JSON.parse(written) as Json);
}
