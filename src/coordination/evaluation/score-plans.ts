import { planOutputs } from '../model/plan-outputs.ts';
import type { Prediction } from '../model/prediction.ts';
import { type AgentGroup, agentKinds } from '../task/agent-kinds.ts';
import { calibrationError, countDecisions, type F1, f1, f1Of, spearman } from './scores.ts';

/** The part of a prediction that is scored. */
export type ScoredPrediction = Pick<
  Prediction,
  'agents' | 'thresholds' | 'effort' | 'expectedLines' | 'composite' | 'compositeThreshold'
>;

/** Scores of predictions; labels about which a row says nothing take no part. */
export interface PlanScores {
  readonly rows: number;
  readonly languages: F1;
  readonly tools: F1;
  readonly domains: F1;
  readonly all: F1;
  readonly decompose: number;
  /** Rank correlation of expected and true changed lines. */
  readonly difficulty: number;
  /** Share of the rows whose largest effort is predicted as such. */
  readonly effortTop: number;
  /** Half the sum of differences of the effort shares, mean over rows; lower is better. */
  readonly effortDistance: number;
  /** Expected calibration error of the agents' probabilities; lower is better. */
  readonly calibration: number;
}

/** Scores predictions against targets (rows of `planTargets`). */
export function scorePlans(targets: readonly Float32Array[], predictions: readonly ScoredPrediction[]): PlanScores {
  const pairs = targets.map((target, row) => [target, predictions[row] as ScoredPrediction] as const);
  const known = (output: number) => pairs.filter(([target]) => !Number.isNaN(target[output]));
  const counts = agentKinds.map((_, kind) =>
    countDecisions(
      known(kind).map(([target, { agents, thresholds }]) => [
        (agents[kind] as number) >= (thresholds[kind] as number),
        target[kind] === 1,
      ]),
    ),
  );
  const groupOf = (group: AgentGroup): F1 => f1Of(counts.filter((_, kind) => agentKinds[kind]?.group === group));
  const composite = known(planOutputs.composite).map(
    ([target, { composite, compositeThreshold = 0.5 }]) =>
      [composite >= compositeThreshold, target[planOutputs.composite] === 1] as const,
  );
  const lines = known(planOutputs.lines);
  const efforts = known(planOutputs.effort).map(([target, { effort }]) => {
    const shares = target.subarray(planOutputs.effort, planOutputs.difficulty);
    return {
      top: shares[largest(effort)] === Math.max(...shares),
      distance: shares.reduce((sum, share, kind) => sum + Math.abs(share - (effort[kind] as number)), 0) / 2,
    };
  });
  return {
    rows: targets.length,
    languages: groupOf('language'),
    tools: groupOf('tool'),
    domains: groupOf('domain'),
    all: f1Of(counts),
    decompose: f1(countDecisions(composite)),
    difficulty: spearman(
      lines.map(([, { expectedLines }]) => expectedLines),
      lines.map(([target]) => target[planOutputs.lines] as number),
    ),
    effortTop: mean(efforts.map(({ top }) => Number(top))),
    effortDistance: mean(efforts.map(({ distance }) => distance)),
    calibration: calibrationError(
      agentKinds.flatMap((_, kind) =>
        known(kind).map(([target, { agents }]) => [agents[kind] as number, target[kind] as number] as const),
      ),
    ),
  };
}

/** Scores by name, flat. */
export function flattenScores(scores: PlanScores): Record<string, number> {
  return Object.fromEntries(
    Object.entries(scores).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[name, value]]
        : [
            [`${name}.micro`, value.micro],
            [`${name}.macro`, value.macro],
          ],
    ),
  );
}

function largest(values: Float32Array): number {
  return values.indexOf(values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
