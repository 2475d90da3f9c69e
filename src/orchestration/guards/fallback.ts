import type { Handler } from '../task/handler.ts';
import { attempt, type Guard } from './guard.ts';
import { unwrapSnapshot, wrapSnapshot } from './guard-snapshot.ts';

const NAME = 'fallback';

/** Tries other handlers, in order, while the outcome is a failure; the last failure is the outcome. */
export function fallback(...others: readonly Handler[]): Guard {
  return (next) => async (task, context) => {
    const handlers = [next, ...others];
    const { memory, inner } = unwrapSnapshot(context, NAME);
    const first = typeof memory === 'number' ? memory : 0;
    for (let index = first; ; index++) {
      const handler = handlers[index] ?? next;
      const own = index === first ? inner : { ...inner, snapshot: undefined, answer: undefined };
      const outcome = await attempt(handler, task, own);
      const isLast = index >= handlers.length - 1 || context.signal.aborted;
      if (outcome.kind !== 'fail' || isLast) return wrapSnapshot(outcome, NAME, index);
      context.note('fallback', { from: index, code: outcome.error.code });
    }
  };
}
