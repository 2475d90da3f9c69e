import { RexError } from '../../core/errors.ts';
import type { Budget, Usage } from '../../orchestration/task/budget.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import type { ChatUsage } from '../model/chat-model.ts';
import type { AgentOptions } from './agent-options.ts';

/** Turns of the model that one task may take, where its spec says nothing. */
export const defaultMaxTurns = 50;

/** What an agent's work on a task may take and has taken. */
export class WorkLimits {
  readonly #limits: Budget;
  readonly #price: AgentOptions['price'];
  #tokensIn = 0;
  #tokensOut = 0;
  #turns = 0;
  #fresh: Required<ChatUsage> = { tokensIn: 0, tokensOut: 0 };

  constructor(limits: Budget | undefined, price: AgentOptions['price']) {
    this.#limits = { steps: defaultMaxTurns, ...limits };
    this.#price = price;
  }

  /** What this execution has used. */
  get freshUsage(): Usage {
    return this.#priced(this.#fresh);
  }

  get durationMs(): number | undefined {
    return this.#limits.durationMs;
  }

  /** Sets aside what a turn will probably take, before it is asked; throws `BUDGET_EXCEEDED` where that is too much. */
  reserve(context: HandlerContext, estimate: ChatUsage): void {
    this.check(estimate);
    context.spend(this.#priced(estimate));
  }

  /** Accounts for what a turn has taken beyond, or gives back what it has not taken of, the estimate. */
  settle(context: HandlerContext, estimate: ChatUsage, actual: ChatUsage): void {
    const beyond = {
      tokensIn: (actual.tokensIn ?? 0) - (estimate.tokensIn ?? 0),
      tokensOut: (actual.tokensOut ?? 0) - (estimate.tokensOut ?? 0),
    };
    context.spend(this.#priced(beyond));
  }

  /** Counts a turn that was taken: `fresh` in this execution, otherwise before it. */
  count({ tokensIn = 0, tokensOut = 0 }: ChatUsage, isFresh: boolean): void {
    this.#turns += 1;
    this.#tokensIn += tokensIn;
    this.#tokensOut += tokensOut;
    if (!isFresh) return;
    this.#fresh = {
      tokensIn: (this.#fresh.tokensIn ?? 0) + tokensIn,
      tokensOut: (this.#fresh.tokensOut ?? 0) + tokensOut,
    };
  }

  /** Throws `BUDGET_EXCEEDED` unless one more turn with these tokens fits. */
  check(estimate: ChatUsage): void {
    const { tokens = Number.POSITIVE_INFINITY, usd = Number.POSITIVE_INFINITY, steps = defaultMaxTurns } = this.#limits;
    const asked = this.#priced(estimate);
    const spent = this.#priced({ tokensIn: this.#tokensIn, tokensOut: this.#tokensOut });
    refuse('steps', steps, this.#turns, 1);
    refuse('tokens', tokens, this.#tokensIn + this.#tokensOut, (asked.tokensIn ?? 0) + (asked.tokensOut ?? 0));
    refuse('usd', usd, spent.usd ?? 0, asked.usd ?? 0);
  }

  #priced({ tokensIn = 0, tokensOut = 0 }: ChatUsage): Usage {
    if (!this.#price) return { tokensIn, tokensOut };
    const { usdPerMillionIn, usdPerMillionOut } = this.#price;
    return { tokensIn, tokensOut, usd: (tokensIn * usdPerMillionIn + tokensOut * usdPerMillionOut) / 1e6 };
  }
}

/** The error of a limit of an agent's work. */
export function overLimit(limit: string, maximum: number, spent: number, asked: number): RexError<'BUDGET_EXCEEDED'> {
  const message =
    limit === 'steps'
      ? `the agent has not finished within ${maximum} turns`
      : `the agent's limit of ${maximum} ${limit} does not allow ${asked} more: ${spent} are spent`;
  const hint = 'Raise the limits of the agent, or give it a smaller task.';
  return new RexError('BUDGET_EXCEEDED', message, { limit, maximum, spent, asked }, { hint });
}

function refuse(limit: string, maximum: number, spent: number, asked: number): void {
  if (spent + asked > maximum) throw overLimit(limit, maximum, spent, asked);
}
