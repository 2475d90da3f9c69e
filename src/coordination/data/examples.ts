import type { Random } from '../../hrm/random.ts';
import { encodeTask } from '../encoder/encode-task.ts';
import type { EncodedTask, EncoderSettings } from '../encoder/encoded-task.ts';
import { fullEvidence, type LinearScores } from '../linear/linear-path.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { planPrior } from '../model/prior.ts';
import { planTargets } from './targets.ts';
import { type TaskRow, taskOf } from './task-row.ts';

/** Rows as the recurrent core reads them, row-major in few arrays. */
export interface ExampleSet {
  readonly count: number;
  /** [N, S] */
  readonly tokens: Int32Array;
  /** [N, A·E] */
  readonly evidence: Float32Array;
  /** What the linear path says, [N, outputs] of `planOutputs`. */
  readonly prior: Float32Array;
  /** NaN where a row says nothing, [N, outputs]. */
  readonly targets: Float32Array;
  /** Source of each row. */
  readonly sources: readonly string[];
}

/** Encodes the tasks of rows; `sentences` holds the vectors of their texts, for weights that need them. */
export function encodeRows(
  rows: readonly TaskRow[],
  settings: EncoderSettings,
  sentences?: ReadonlyMap<string, Float32Array>,
): EncodedTask[] {
  return rows.map((row) => encodeTask(taskOf(row), settings, sentences?.get(row.text)));
}

/** Puts rows together; `linear` holds the linear path's scores of each. */
export function packExamples(
  rows: readonly TaskRow[],
  encoded: readonly EncodedTask[],
  linear: readonly LinearScores[],
): ExampleSet {
  const count = rows.length;
  const read = encoded.map(({ evidence }, index) => fullEvidence(evidence, linear[index] as LinearScores));
  const [S, width] = [encoded[0]?.tokens.length ?? 0, read[0]?.length ?? 0];
  const set = {
    count,
    tokens: new Int32Array(count * S),
    evidence: new Float32Array(count * width),
    prior: new Float32Array(count * planOutputs.count),
    targets: new Float32Array(count * planOutputs.count),
    sources: rows.map(({ source }) => source),
  };
  rows.forEach((row, index) => {
    set.tokens.set((encoded[index] as EncodedTask).tokens, index * S);
    set.evidence.set(read[index] as Float32Array, index * width);
    set.prior.set(planPrior(linear[index] as LinearScores), index * planOutputs.count);
    set.targets.set(planTargets(row), index * planOutputs.count);
  });
  return set;
}

/**
 * Copies of some rows without their workspace, and of some without their text: from them the heads learn to plan with half of
 * the facts. `share` of the rows that have both are copied in each way.
 */
export function partialRows(rows: readonly TaskRow[], share: number, random: Random): TaskRow[] {
  return rows.flatMap((row) => {
    const [blind, mute] = [random.next() < share, random.next() < share];
    if (row.context === undefined) return [];
    const { context, ...textOnly } = row;
    return [...(blind ? [textOnly] : []), ...(mute ? [{ ...row, text: '' }] : [])];
  });
}
