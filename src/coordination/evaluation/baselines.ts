import { planTargets } from '../data/targets.ts';
import { type TaskRow, taskOf } from '../data/task-row.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { changesBehaviour, mainLanguage, mentionedKinds } from '../task/keyword-rules.ts';
import type { ScoredPrediction } from './score-plans.ts';

/** Predicts a row without learning, or with little. */
export type Baseline = (row: TaskRow) => ScoredPrediction;

/** Decides each label as most of the rows do, and gives every row their mean effort, size and composition. */
export function majority(rows: readonly TaskRow[]): Baseline {
  const targets = rows.map(planTargets);
  const mean = (output: number): number => {
    const known = targets.map((target) => target[output] as number).filter((target) => !Number.isNaN(target));
    return known.reduce((sum, target) => sum + target, 0) / Math.max(1, known.length);
  };
  const prediction: ScoredPrediction = {
    agents: Float32Array.from(agentKinds, (_, kind) => mean(kind)),
    thresholds: new Float32Array(agentKinds.length).fill(0.5),
    effort: Float32Array.from(agentKinds, (_, kind) => mean(planOutputs.effort + kind)),
    expectedLines: Math.exp(mean(planOutputs.lines)) - 1,
    composite: mean(planOutputs.composite),
    compositeThreshold: 0.5,
  };
  return () => prediction;
}

/** Calls for each kind of which the text speaks, and for tests where behaviour changes; long texts are composite. */
export const keywordRule: Baseline = (row) => decide(mentioned(row), row);

/** As {@link keywordRule}, but the language is the workspace's main one where there is a workspace. */
export const keywordAndLanguageRule: Baseline = (row) => {
  const { workspace } = taskOf(row);
  const main = workspace && mainLanguage(workspace);
  if (main === undefined) return keywordRule(row);
  const others = [...mentioned(row)].filter(
    (name) => agentKinds.find((kind) => kind.name === name)?.group !== 'language',
  );
  return decide(new Set([...others, main]), row);
};

function mentioned({ text }: TaskRow): Set<string> {
  const kinds = new Set(mentionedKinds(text));
  if (changesBehaviour(text)) kinds.add('test');
  return kinds;
}

function decide(kinds: ReadonlySet<string>, { text }: TaskRow): ScoredPrediction {
  const agents = Float32Array.from(agentKinds, ({ name }) => (kinds.has(name) ? 1 : 0));
  const total = Math.max(1, kinds.size);
  return {
    agents,
    thresholds: new Float32Array(agentKinds.length).fill(0.5),
    effort: agents.map((share) => share / total),
    expectedLines: text.length,
    composite: text.length > 400 ? 1 : 0,
    compositeThreshold: 0.5,
  };
}
