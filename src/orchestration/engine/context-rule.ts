import type { Json, JsonObject } from '../../core/json.ts';
import type { ContextRule } from '../task/outcome.ts';

/** The part of a context that a rule passes on. */
export function filterContext(context: JsonObject, rule: ContextRule): JsonObject {
  if (rule === 'full') return context;
  if (rule === 'filtered') return {};
  const kept = rule.keep.filter((key) => Object.hasOwn(context, key));
  return Object.fromEntries(kept.map((key) => [key, context[key] as Json]));
}
