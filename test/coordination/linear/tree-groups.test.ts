import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceSize } from '../../../src/coordination/encoder/evidence.ts';
import { linearOutputs } from '../../../src/coordination/linear/linear-outputs.ts';
import { chooseGroups, trainGroups } from '../../../src/coordination/linear/train-groups.ts';
import type { JointRow } from '../../../src/coordination/linear/train-joint.ts';
import { scoreGroups, treeGroups, treeInputs } from '../../../src/coordination/linear/tree-groups.ts';
import { noTrees } from '../../../src/coordination/trees/boosted-trees.ts';
import { Random } from '../../../src/hrm/random.ts';

const count = linearOutputs.count;
const agents = 18;

/** Rows of which only the first group's outputs are known; a language is touched where text and workspace agree that it is. */
function agreement(rows: number): JointRow[] {
  const random = new Random(3);
  const values = () => Float32Array.from({ length: count }, () => random.next() * 4 - 2);
  return Array.from({ length: rows }, () => {
    const scores = { text: values(), workspace: values(), sentence: new Float32Array(count) };
    const targets = new Float32Array(count).fill(Number.NaN);
    for (const output of treeGroups[0] ?? []) {
      const [text, workspace] = [scores.text[output] ?? 0, scores.workspace[output] ?? 0];
      targets[output] = text > 0 && workspace > 0.5 ? 1 : 0;
    }
    return { scores, evidence: new Float32Array(agents * evidenceSize), targets, weight: 1 };
  });
}

test('languages are learned together, and their trees write over the joint scores of languages only', () => {
  const rows = agreement(400);
  const chosen = treeGroups.map((_, group) => group === 0);
  const trees = trainGroups(rows, chosen);
  assert.deepEqual(
    trees.slice(1),
    treeGroups.slice(1).map(() => noTrees),
  );
  let right = 0;
  const unseen = agreement(500).slice(400);
  for (const { scores, evidence, targets } of unseen) {
    const joint = new Float32Array(count).fill(7);
    scoreGroups(trees, scores, evidence, joint);
    for (const output of treeGroups[0] ?? [])
      if (((joint[output] as number) > 0 ? 1 : 0) === targets[output]) right += 1;
    assert.ok(joint.subarray(6).every((score) => score === 7));
  }
  assert.ok(right / (6 * unseen.length) > 0.93, `${right} of ${6 * unseen.length}`);
});

test('every output of a group has inputs of one length, so that they can share trees', () => {
  const [row] = agreement(1) as [JointRow];
  for (const outputs of treeGroups) {
    const lengths = new Set(outputs.map((output) => treeInputs(output, row.scores, row.evidence).length));
    assert.equal(lengths.size, 1);
  }
});

test('trees are chosen where they lose clearly less than the joint scores', () => {
  const known = (target: number) => new Float32Array(count).fill(target);
  const rows = [1, 0].map((target) => ({ targets: known(target), weight: 1 }));
  const says = (yes: number, no: number) => [yes, no].map((score) => ({ joint: new Float32Array(count).fill(score) }));
  assert.ok(chooseGroups(rows, says(3, -3), says(1, -1)).every((choice) => choice));
  assert.ok(
    chooseGroups(rows, says(1, -1), says(1, -1)).every((choice) => !choice),
    'no gain is no reason',
  );
  assert.ok(chooseGroups(rows, says(-3, 3), says(1, -1)).every((choice) => !choice));
});
