import type { Coordinator, Prediction } from '../model/prediction.ts';
import { type AgentKind, agentKinds } from '../task/agent-kinds.ts';
import { changesBehaviour, mainLanguage, mentionedKinds } from '../task/keyword-rules.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import { orderByStage } from './order-by-stage.ts';
import { recoverByRule } from './recover-by-rule.ts';

/** Shares of tasks that need a language, by what text and workspace say; counted in real changes. */
const languageRates = { main: 0.77, mainNamed: 0.82, other: 0.01, otherNamed: 0.35, alone: 0.12, aloneNamed: 0.85 };

/** Shares of tasks that need a kind: where the text does not speak of it, where it does, and its usual part of the effort. */
const otherRates: Readonly<Record<string, readonly [silent: number, named: number, effort: number]>> = {
  git: [0.01, 0.38, 0.05],
  docker: [0.01, 0.26, 0.3],
  'package-manager': [0.08, 0.42, 0.2],
  build: [0.07, 0.26, 0.3],
  debug: [0.21, 0.54, 0.2],
  test: [0.34, 0.61, 0.6],
  web: [0.17, 0.37, 0.1],
  'ml-data': [0.11, 0.63, 0.1],
  systems: [0.18, 0.37, 0.1],
  devops: [0.2, 0.63, 0.3],
  docs: [0.13, 0.53, 0.4],
  security: [0.1, 0.59, 0.1],
};

/** Shares of the four difficulties by the length of the text: to 60, 200, 600 characters, or longer. */
const difficultyRates: readonly (readonly [longest: number, rates: readonly [number, number, number, number]])[] = [
  [60, [0.45, 0.33, 0.14, 0.08]],
  [200, [0.4, 0.32, 0.18, 0.1]],
  [600, [0.23, 0.32, 0.26, 0.19]],
  [Number.POSITIVE_INFINITY, [0.12, 0.23, 0.28, 0.37]],
];

/** Usual number of changed lines of each difficulty. */
const usualLines = [6, 40, 150, 700] as const;

/**
 * Plans by keywords and the workspace's main language: no weights, no loading, microseconds. Its probabilities are how
 * often each rule is right on real changes, so that its plans say honestly how little they know.
 */
export function ruleCoordinator(): Coordinator {
  return {
    name: 'rules/1',
    predict: async (task, options) => {
      options?.signal?.throwIfAborted();
      return predictByRule(task);
    },
    order: async (_request, subtasks) => orderByStage(subtasks),
    recover: async (observation) => recoverByRule(observation),
    [Symbol.dispose]: () => {},
  };
}

function predictByRule({ text, workspace }: PlanningTask): Prediction {
  const mentioned = new Set(mentionedKinds(text));
  if (changesBehaviour(text)) mentioned.add('test');
  const main = workspace && mainLanguage(workspace);
  const rates = agentKinds.map((kind) => rateOf(kind, mentioned.has(kind.name), workspace ? main : null));
  const shares = rates.map(({ probability, effort }) => probability * effort);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const difficulty = difficultyRates.find(([longest]) => text.length <= longest)?.[1] ?? [0.25, 0.25, 0.25, 0.25];
  const best = (names: readonly string[]): number =>
    Math.max(...rates.filter((_, index) => names.includes(agentKinds[index]?.name ?? '')).map((r) => r.probability));
  const group = (name: AgentKind['group']): number =>
    best(agentKinds.filter((kind) => kind.group === name).map((kind) => kind.name));
  return {
    agents: Float32Array.from(rates, ({ probability }) => probability),
    thresholds: Float32Array.from(rates, ({ threshold }) => threshold),
    effort: Float32Array.from(shares, (share) => share / total),
    difficulty: Float32Array.from(difficulty),
    expectedLines: difficulty.reduce((sum, rate, level) => sum + rate * (usualLines[level] ?? 0), 0),
    composite: compositeRate(text),
    compositeThreshold: 0.4,
    groups: { code: group('language'), tool: group('tool'), system: best(['docker', 'systems', 'devops']) },
    steps: 1,
    continueProbability: 0,
  };
}

interface Rate {
  readonly probability: number;
  readonly threshold: number;
  readonly effort: number;
}

/** `main` is null where there is no workspace, undefined where it has no known language. */
function rateOf({ name, group }: AgentKind, isNamed: boolean, main: string | undefined | null): Rate {
  if (group === 'language') {
    const { main: own, mainNamed, other, otherNamed, alone, aloneNamed } = languageRates;
    const [silent, named] =
      main === null ? [alone, aloneNamed] : main === name ? [own, mainNamed] : [other, otherNamed];
    return { probability: isNamed ? named : silent, threshold: 0.5, effort: 1 };
  }
  const [silent, named, effort] = otherRates[name] ?? [0.1, 0.3, 0.1];
  return { probability: isNamed ? named : silent, threshold: (silent + named) / 2, effort };
}

/** Long texts with a list are often several changes. */
function compositeRate(text: string): number {
  const items = text.slice(0, 20_000).match(/^\s*(?:[-*+•]|\d{1,3}[.)])\s+\S/gm)?.length ?? 0;
  if (items >= 3) return text.length < 300 ? 0.46 : 0.63;
  if (/\b(and )?then\b.*\b(and )?then\b|\bfirst\b.*\b(then|finally)\b/is.test(text.slice(0, 2_000))) return 0.55;
  return text.length < 300 ? 0.03 : text.length < 700 ? 0.08 : 0.2;
}
