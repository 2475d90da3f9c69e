import { z } from 'zod';
import type { Json } from '../../core/json.ts';

/** A rule about the order in which an agent uses its tools. Calls that failed count for `maxPerStep` only. */
export type ToolRule =
  /** `first`: nothing else before it. `exit`: the work ends with it. `continue`: the work does not end right after it. */
  | { readonly type: 'first' | 'exit' | 'continue' | 'requiredBeforeExit' | 'approval'; readonly tool: string }
  /** `children`: only these right after it. `parentOf`: so too, and these at no other time. */
  | { readonly type: 'children' | 'parentOf'; readonly tool: string; readonly children: readonly string[] }
  /** Its output, as text, names what comes right after it; `otherwise` (default: anything) for other outputs. */
  | {
      readonly type: 'conditional';
      readonly tool: string;
      readonly map: Readonly<Record<string, string>>;
      readonly otherwise?: string | undefined;
    }
  /** No more than so many calls in one piece of work. */
  | { readonly type: 'maxPerStep'; readonly tool: string; readonly max: number };

const tool = z.string().min(1);

/** Schema of {@link ToolRule}. */
export const toolRuleSchema: z.ZodType<ToolRule> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['first', 'exit', 'continue', 'requiredBeforeExit', 'approval']), tool }),
  z.strictObject({ type: z.enum(['children', 'parentOf']), tool, children: z.array(tool).min(1).readonly() }),
  z.strictObject({
    type: z.literal('conditional'),
    tool,
    map: z.record(z.string(), tool).readonly(),
    otherwise: tool.optional(),
  }),
  z.strictObject({ type: z.literal('maxPerStep'), tool, max: z.int().nonnegative() }),
]);

/** A call that was answered. */
export interface PastCall {
  readonly tool: string;
  readonly output: Json;
  readonly isError: boolean;
}

/** Calls that were answered, in the order of the model's turns. */
export type CallHistory = readonly (readonly PastCall[])[];

/** The tools that may be called now, in the order of `names`. All calls of one turn are held to the same rules. */
export function allowedTools(rules: readonly ToolRule[], names: readonly string[], history: CallHistory): string[] {
  const all = history.flat();
  const done = succeeded(all);
  const last = history.at(-1)?.filter(({ isError }) => !isError) ?? [];
  const before = missingBeforeExit(rules, history);
  const firsts = rules.flatMap((rule) => (rule.type === 'first' ? [rule.tool] : []));
  const isBeginning = firsts.length > 0 && !firsts.some((name) => done.has(name));
  return names.filter((name) => {
    if (isBeginning && !firsts.includes(name)) return false;
    return rules.every((rule) => {
      switch (rule.type) {
        case 'exit':
          return rule.tool !== name || before.every((missing) => missing === name);
        case 'children':
          return !last.some((call) => call.tool === rule.tool) || rule.children.includes(name);
        case 'parentOf':
          return last.some((call) => call.tool === rule.tool) === rule.children.includes(name);
        case 'conditional':
          return last.every((call) => call.tool !== rule.tool || isNext(rule, call.output, name));
        case 'maxPerStep':
          return rule.tool !== name || count(all, name) < rule.max;
        default:
          return true;
      }
    });
  });
}

/** How often a tool may be called yet. */
export function callsLeft(rules: readonly ToolRule[], name: string, history: CallHistory): number {
  const limits = rules.flatMap((rule) => (rule.type === 'maxPerStep' && rule.tool === name ? [rule.max] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...limits) - count(history.flat(), name);
}

/** The tools that have to be called before the work may end. */
export function missingBeforeExit(rules: readonly ToolRule[], history: CallHistory): string[] {
  const done = succeeded(history.flat());
  return rules.flatMap((rule) => (rule.type === 'requiredBeforeExit' && !done.has(rule.tool) ? [rule.tool] : []));
}

/** The call of the last turn with which the work ends, where there is one. */
export function exitCall(rules: readonly ToolRule[], history: CallHistory): PastCall | undefined {
  return history.at(-1)?.find((call) => !call.isError && has(rules, 'exit', call.tool));
}

/** Whether the work may not end now, because the last turn's tool asks for more. */
export function mustContinue(rules: readonly ToolRule[], history: CallHistory): boolean {
  return history.at(-1)?.some((call) => !call.isError && has(rules, 'continue', call.tool)) ?? false;
}

/** Whether the rules let a person decide about every call of this tool. */
export function isGated(rules: readonly ToolRule[], name: string): boolean {
  return has(rules, 'approval', name);
}

function has(rules: readonly ToolRule[], type: ToolRule['type'], name: string): boolean {
  return rules.some((rule) => rule.type === type && rule.tool === name);
}

function isNext(rule: Extract<ToolRule, { type: 'conditional' }>, output: Json, name: string): boolean {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  const next = Object.hasOwn(rule.map, text) ? rule.map[text] : rule.otherwise;
  return next === undefined || next === name;
}

function succeeded(calls: readonly PastCall[]): Set<string> {
  return new Set(calls.flatMap((call) => (call.isError ? [] : [call.tool])));
}

function count(calls: readonly PastCall[], name: string): number {
  return calls.filter((call) => call.tool === name).length;
}
