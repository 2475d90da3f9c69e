import type { HandlerContext } from '../task/handler.ts';

/** What a policy chose. */
export interface Decision<Action> {
  readonly action: Action;
  /** 0 to 1. */
  readonly confidence: number;
  /** Scores of the alternatives. */
  readonly scores?: Readonly<Record<string, number>> | undefined;
  /** Who decided: `rules`, a model's name, … */
  readonly by: string;
}

/** What was observed, what was chosen and how well it went. */
export interface Experience<Observation, Action> {
  readonly observation: Observation;
  readonly action: Action;
  readonly reward: number;
}

/** Decides at a named point. Rules, chat models and HRM are policies alike. */
export interface Policy<Observation, Action> {
  decide(observation: Observation, context?: HandlerContext): Promise<Decision<Action>>;
  /** Learns from what followed; absent where nothing is learnt. */
  learn?(samples: readonly Experience<Observation, Action>[]): Promise<{ readonly loss: number }>;
}

/** The places where intelligence enters; each has a rule as its default. */
export const decisionPoints = [
  'isAtomic',
  'plan',
  'selectAgent',
  'allocate',
  'order',
  'delegateOrSolo',
  'route',
  'resolve',
  'approve',
  'halt',
] as const;

/** Name of a decision point. */
export type DecisionPoint = (typeof decisionPoints)[number];

/** A policy that is a function, always certain. */
export function rules<Observation, Action>(
  choose: (observation: Observation) => Action | Promise<Action>,
): Policy<Observation, Action> {
  return {
    decide: async (observation) => ({ action: await choose(observation), confidence: 1, by: 'rules' }),
  };
}

/** The first policy whose confidence reaches `minimum` decides; if none does, the most confident of them. */
export function firstConfident<Observation, Action>(
  minimum: number,
  first: Policy<Observation, Action>,
  ...others: readonly Policy<Observation, Action>[]
): Policy<Observation, Action> {
  return {
    decide: async (observation, context) => {
      let best = await first.decide(observation, context);
      for (const policy of others) {
        if (best.confidence >= minimum) return best;
        const next = await policy.decide(observation, context);
        if (next.confidence > best.confidence) best = next;
      }
      return best;
    },
  };
}

/** A policy, or a function that stands for {@link rules}. */
export type PolicyLike<Observation, Action> =
  | Policy<Observation, Action>
  | ((observation: Observation) => Action | Promise<Action>);

/** The policy behind a {@link PolicyLike}. */
export function asPolicy<Observation, Action>(like: PolicyLike<Observation, Action>): Policy<Observation, Action> {
  return typeof like === 'function' ? rules(like) : like;
}
