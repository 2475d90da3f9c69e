import { planTargets } from '../data/targets.ts';
import { type DependencyRow, type TaskRow, taskOf } from '../data/task-row.ts';
import { encodeTask } from '../encoder/encode-task.ts';
import { linearScores } from '../linear/linear-path.ts';
import { calibrate } from '../model/calibration.ts';
import type { HrmCoordinator } from '../model/hrm-coordinator.ts';
import type { Prediction } from '../model/prediction.ts';
import { planPrior } from '../model/prior.ts';
import { encodeSentences } from '../sentence/sentence-encoder.ts';
import { keywordAndLanguageRule, keywordRule, majority } from './baselines.ts';
import { bootstrapScores, type Interval } from './bootstrap.ts';
import { type OrderScore, scoreOrder } from './score-order.ts';
import { type PlanScores, type ScoredPrediction, scorePlans } from './score-plans.ts';

/** One way to plan, scored. */
export interface SystemScores {
  readonly name: string;
  readonly scores: PlanScores;
  /** 95 % intervals over sources, by the names of `flattenScores`. */
  readonly intervals: Readonly<Record<string, Interval>>;
}

/** What an evaluation found. */
export interface CoordinationReport {
  readonly coordinator: string;
  readonly rows: number;
  readonly sources: number;
  /** Rules, the linear path alone, and the coordinator itself, which comes last. */
  readonly systems: readonly SystemScores[];
  /** The coordinator with parts switched off. */
  readonly ablations: readonly SystemScores[];
  readonly order: readonly OrderScore[];
  /** Rows by the planning steps that they took. */
  readonly steps: Readonly<Record<number, number>>;
}

const BATCH = 64;

/** Scores a coordinator on the rows of the split `val` against baselines that learn from the others. */
export async function evaluateCoordinator(
  coordinator: HrmCoordinator,
  rows: readonly TaskRow[],
  dependencies: readonly DependencyRow[] = [],
): Promise<CoordinationReport> {
  const unseen = rows.filter(({ split }) => split === 'val');
  const targets = unseen.map(planTargets);
  const sources = unseen.map(({ source }) => source);
  const judge = (name: string, predictions: readonly ScoredPrediction[]): SystemScores => ({
    name,
    scores: scorePlans(targets, predictions),
    intervals: bootstrapScores(targets, predictions, sources),
  });
  const plan = (change: (row: TaskRow) => TaskRow, maxSteps?: number) =>
    predictRows(coordinator, unseen.map(change), maxSteps);
  const same = (row: TaskRow): TaskRow => row;
  const texts = unseen.map(({ text }) => text);
  const sentences = await encodeSentences(coordinator.parts.sentence, texts);
  const whole = await plan(same);
  const steps: Record<number, number> = {};
  for (const { steps: taken } of whole) steps[taken] = (steps[taken] ?? 0) + 1;
  return {
    coordinator: coordinator.name,
    rows: unseen.length,
    sources: new Set(sources).size,
    systems: [
      judge('majority of the training rows', unseen.map(majority(rows.filter(({ split }) => split !== 'val')))),
      judge('keyword rule', unseen.map(keywordRule)),
      judge('keyword rule + main workspace language', unseen.map(keywordAndLanguageRule)),
      judge(
        'linear path alone (no recurrence)',
        unseen.map((row) => linearAlone(coordinator, row, sentences)),
      ),
      judge(coordinator.name, whole),
    ],
    ablations: [
      judge('one planning step', await plan(same, 1)),
      judge('no workspace', await plan(({ context: _, ...row }) => row)),
      judge('no text', await plan((row) => ({ ...row, text: '' }))),
    ],
    order: await scoreOrder(
      coordinator,
      dependencies.filter(({ split }) => split === 'val'),
    ),
    steps,
  };
}

async function predictRows(
  coordinator: HrmCoordinator,
  rows: readonly TaskRow[],
  maxSteps: number | undefined,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let start = 0; start < rows.length; start += BATCH) {
    predictions.push(...(await coordinator.predictAll(rows.slice(start, start + BATCH).map(taskOf), { maxSteps })));
  }
  return predictions;
}

/** What the linear path says with its own calibration, without the core. */
function linearAlone(
  { parts }: HrmCoordinator,
  row: TaskRow,
  sentences: ReadonlyMap<string, Float32Array>,
): Prediction {
  const scores = linearScores(parts.linear, encodeTask(taskOf(row), parts.encoder, sentences.get(row.text)));
  return calibrate(planPrior(scores), parts.linearCalibration ?? parts.calibration, {
    steps: 0,
    continueProbability: 0,
  });
}
