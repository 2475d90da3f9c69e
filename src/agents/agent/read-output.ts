import type { Json } from '../../core/json.ts';
import { parseJson } from '../model/parse-json.ts';
import { formatFaults } from '../tools/fault.ts';
import type { ToolSchema } from '../tools/tool-schema.ts';

/** What an agent's last words are: its output, or why they will not do. */
export type OutputReading = { readonly output: Json } | { readonly problem: string };

/** Reads an output: text as it is, or JSON that fits a schema. */
export async function readOutput(given: Json, schema: ToolSchema<unknown> | undefined): Promise<OutputReading> {
  if (!schema) {
    const isEmpty = typeof given === 'string' && given.trim() === '';
    return isEmpty ? { problem: 'The answer is empty. Say what you found, or call a tool.' } : { output: given };
  }
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (value === undefined) return { problem: 'The answer is not JSON. Answer with JSON only.' };
  const checked = await schema.check(value);
  if (!checked.faults) return { output: value };
  return { problem: `The answer does not fit its schema: ${formatFaults(checked.faults)}. Answer with JSON only.` };
}
