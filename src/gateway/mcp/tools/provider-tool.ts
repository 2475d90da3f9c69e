import { defineTool, type ToolDefinition } from '../../../agents/tools/define-tool.ts';
import type { Tool } from '../../../agents/tools/tool.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

/** Makes one of the provider's own tools: its schemas are written with as few words as they need. */
export function providerTool<Input, Output>(definition: ToolDefinition<Input, Output>): Tool {
  const tool = defineTool(definition);
  return {
    ...tool,
    inputSchema: { ...compact(tool.inputSchema), additionalProperties: false },
    ...(tool.outputSchema ? { outputSchema: compact(tool.outputSchema) } : {}),
  };
}

/** A schema without what says nothing to a model: closed objects, texts as names, the bounds of safe integers. */
function compact(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !isSilent(key, value))
      .map(([key, value]) => [key, compactValue(value)]),
  );
}

function isSilent(key: string, value: Json): boolean {
  if (key === 'propertyNames' || (key === 'additionalProperties' && value === false)) return true;
  return typeof value === 'number' && !(Math.abs(value) < Number.MAX_SAFE_INTEGER);
}

function compactValue(value: Json): Json {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? compact(value as JsonObject) : value;
}
