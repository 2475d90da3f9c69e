import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Tool } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import { isJsonObject, type Json } from '../../../core/json.ts';
import { contentOf } from '../content.ts';
import { cutMiddle } from '../cut-middle.ts';

const longestError = 4000;

/** What a tool answered, as a client gets it: structured where the tool declares its output, and as text. */
export function toResult(tool: Tool, output: Json, maxBytes: number): CallToolResult {
  const content = contentOf(output);
  if (content) return { content };
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) return tooLarge(text, bytes, maxBytes);
  const isStructured = tool.outputSchema !== undefined && isJsonObject(output);
  return {
    content: [{ type: 'text', text }],
    ...(isStructured ? { structuredContent: output as Record<string, unknown> } : {}),
  };
}

/** A failure in words that a model can act on. */
export function toErrorResult(error: unknown): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: describe(error) }] };
}

/** What went wrong and what to do about it, at most a few thousand characters. */
export function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!RexError.is(error)) return cutMiddle(message, longestError);
  return cutMiddle(`${error.code}: ${message}${error.hint ? `\n${error.hint}` : ''}`, longestError);
}

function tooLarge(text: string, bytes: number, maxBytes: number): CallToolResult {
  const shown = cutMiddle(text, Math.min(maxBytes, 20_000));
  const note = `The answer has ${bytes} bytes, more than the ${maxBytes} that are let through. Ask for less.\n\n${shown}`;
  return { isError: true, content: [{ type: 'text', text: note }] };
}
