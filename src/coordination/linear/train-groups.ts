import { type BoostedTrees, noTrees } from '../trees/boosted-trees.ts';
import { trainTrees } from '../trees/train-trees.ts';
import type { LinearScores } from './linear-path.ts';
import type { JointRow } from './train-joint.ts';
import { treeGroups, treeInputs } from './tree-groups.ts';

/** Small trees, many rows in each leaf: what holds on sources that nobody has seen. */
const growth = { trees: 120, leaves: 6, leastRows: 40, pull: 5, rate: 0.06 };

/** Part of the joint scores' loss that trees must save to decide a group. */
const leastGain = 0.005;

/** Fits the trees of the chosen groups; the others get none. [groups] */
export function trainGroups(rows: readonly JointRow[], chosen: readonly boolean[]): BoostedTrees[] {
  return treeGroups.map((outputs, group) => {
    if (!chosen[group]) return noTrees;
    const known = outputs.flatMap((output) =>
      rows.flatMap(({ scores, evidence, targets, weight }) => {
        const target = targets[output] as number;
        return Number.isNaN(target) ? [] : [{ inputs: treeInputs(output, scores, evidence), target, weight }];
      }),
    );
    return trainTrees(known, growth);
  });
}

/** Groups whose trees predict better than the joint scores, each on rows whose source neither has seen. */
export function chooseGroups(
  rows: readonly Pick<JointRow, 'targets' | 'weight'>[],
  byTrees: readonly Pick<LinearScores, 'joint'>[],
  byJoint: readonly Pick<LinearScores, 'joint'>[],
): boolean[] {
  return treeGroups.map((outputs) => {
    const loss = (scores: readonly Pick<LinearScores, 'joint'>[]): number =>
      outputs.reduce((sum, output) => sum + logLoss(rows, scores, output), 0);
    return loss(byTrees) < loss(byJoint) * (1 - leastGain);
  });
}

function logLoss(
  rows: readonly Pick<JointRow, 'targets' | 'weight'>[],
  scores: readonly Pick<LinearScores, 'joint'>[],
  output: number,
): number {
  return rows.reduce((sum, { targets, weight }, index) => {
    const target = targets[output] as number;
    if (Number.isNaN(target)) return sum;
    const score = (scores[index] as Pick<LinearScores, 'joint'>).joint[output] as number;
    return sum + weight * (Math.max(score, 0) - score * target + Math.log1p(Math.exp(-Math.abs(score))));
  }, 0);
}
