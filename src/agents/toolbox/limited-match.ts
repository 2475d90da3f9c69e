import vm from 'node:vm';
import { invalidArgument, RexError } from '../../core/errors.ts';

const context = vm.createContext({ action: undefined });
const script = new vm.Script('action()');

/** Runs an action that does nothing but compute, such as matching a pattern somebody gave; throws `LIMIT_EXCEEDED` when it takes too long. */
export function withinTime<Value>(action: () => Value, maximumMs: number): Value {
  context.action = action;
  try {
    return script.runInContext(context, { timeout: Math.max(1, Math.ceil(maximumMs)) }) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const hint = 'The pattern backtracks too much: make it simpler, or search for plain text.';
    throw new RexError(
      'LIMIT_EXCEEDED',
      `the pattern took more than ${maximumMs} ms`,
      { limit: 'pattern time', maximum: maximumMs },
      { hint },
    );
  } finally {
    context.action = undefined;
  }
}

/** A RegExp for a text or an expression as a caller gives it. @throws INVALID_ARGUMENT for no expression */
export function toExpression(
  pattern: string,
  { regex, ignoreCase }: { readonly regex: boolean; readonly ignoreCase: boolean },
): RegExp {
  if (pattern === '') throw invalidArgument('pattern', 'some text', pattern);
  const source = regex ? pattern : pattern.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  try {
    return new RegExp(source, ignoreCase ? 'i' : '');
  } catch (error) {
    throw invalidArgument('pattern', `a regular expression (${(error as Error).message})`, pattern);
  }
}
