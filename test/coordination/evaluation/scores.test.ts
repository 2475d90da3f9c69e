import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { planTargets } from '../../../src/coordination/data/targets.ts';
import { keywordAndLanguageRule, keywordRule, majority } from '../../../src/coordination/evaluation/baselines.ts';
import { bootstrapScores } from '../../../src/coordination/evaluation/bootstrap.ts';
import { scoreOrder } from '../../../src/coordination/evaluation/score-order.ts';
import { scorePlans } from '../../../src/coordination/evaluation/score-plans.ts';
import { calibrationError, countDecisions, f1, f1Of, spearman } from '../../../src/coordination/evaluation/scores.ts';
import { sigmoid } from '../../../src/coordination/model/calibration.ts';
import { chooseThreshold, fitPlatt } from '../../../src/coordination/training/fit-calibration.ts';
import { haltingTargets, stepDiscount } from '../../../src/coordination/training/halting-targets.ts';
import { dependencyRows, taskRows } from '../training/task-rows.ts';

describe('scores', () => {
  test('F1 of decisions, together and by label', () => {
    const counts = countDecisions([
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]);
    assert.deepEqual(counts, { truePositives: 1, falsePositives: 1, falseNegatives: 1 });
    assert.equal(f1(counts), 0.5);
    const perfect = { truePositives: 3, falsePositives: 0, falseNegatives: 0 };
    assert.deepEqual(f1Of([counts, perfect]), { micro: 0.8, macro: 0.75 });
    assert.equal(f1({ truePositives: 0, falsePositives: 0, falseNegatives: 0 }), 0);
  });

  test('rank correlation follows order, not size', () => {
    assert.equal(spearman([1, 2, 3, 4], [10, 20, 30, 4000]), 1);
    assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
    assert.equal(spearman([1, 1, 1], [3, 2, 1]), 0);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 20 }), (values) => {
        const once = spearman(values, values.map(Math.exp));
        assert.ok(Math.abs(once - spearman(values, values)) < 1e-9);
      }),
    );
  });

  test('calibration error is the distance of probability and frequency', () => {
    assert.equal(calibrationError([]), 0);
    assert.ok(
      Math.abs(
        calibrationError([
          [0.9, 1],
          [0.9, 0],
        ]) - 0.4,
      ) < 1e-9,
    );
    assert.ok(calibrationError(Array.from({ length: 100 }, (_, index) => [0.25, index % 4 === 0 ? 1 : 0])) < 1e-9);
  });

  test('right plans score 1, and intervals hold the score', () => {
    const rows = taskRows(48);
    const targets = rows.map(planTargets);
    const right = targets.map((target) => ({
      agents: target.slice(0, 18).map((truth) => (truth === 1 ? 1 : 0)),
      thresholds: new Float32Array(18).fill(0.5),
      effort: target.slice(20, 38),
      expectedLines: Math.exp(target[19] as number),
      composite: target[18] as number,
    }));
    const scores = scorePlans(targets, right);
    assert.equal(scores.all.micro, 1);
    assert.equal(scores.decompose, 1);
    assert.equal(scores.difficulty, 1);
    assert.equal(scores.effortTop, 1);
    assert.equal(scores.effortDistance, 0);
    const sources = rows.map(({ source }) => source);
    const rule = rows.map(keywordRule);
    const { micro } = scorePlans(targets, rule).all;
    const [low, high] = bootstrapScores(targets, rule, sources, { rounds: 40 })['all.micro'] as readonly [
      number,
      number,
    ];
    assert.ok(low <= micro && micro <= high, `${low} ${micro} ${high}`);
  });

  test('the rules say what they are named for', () => {
    const [row] = taskRows(1);
    const byWords = keywordRule({ ...row, text: 'Fix the Dockerfile of the docker image' } as never);
    assert.equal(byWords.agents[7], 1);
    const named = keywordAndLanguageRule({ ...row, text: 'Port this to Rust' } as never);
    assert.equal(named.agents[0], 1, 'the workspace is Python');
    assert.equal(named.agents[2], 0, 'whatever the text says');
    assert.deepEqual(
      [...majority(taskRows(8))(row as never).agents].filter((share) => share > 0.5),
      [],
    );
  });

  test('edges are scored by kind', async () => {
    const [score] = await scoreOrder(
      {
        order: async () => [
          [1, 0],
          [2, 1],
        ],
      },
      dependencyRows(3),
    );
    assert.deepEqual(score, { kind: 'ci-jobs', graphs: 3, f1: 1, allPairs: 0 });
  });
});

describe('calibration', () => {
  test('finds the scale that the labels were drawn with', () => {
    const pairs = Array.from({ length: 4_000 }, (_, index) => {
      const logit = ((index % 41) - 20) / 5;
      const share = ((index * 7919) % 4_000) / 4_000;
      return [logit, share < sigmoid(0.5 * logit - 1) ? 1 : 0] as const;
    });
    const { slope, intercept } = fitPlatt(pairs);
    assert.ok(Math.abs(slope - 0.5) < 0.1 && Math.abs(intercept + 1) < 0.2, `${slope} ${intercept}`);
    const threshold = chooseThreshold(pairs, { slope, intercept });
    assert.ok(threshold > 0.05 && threshold < 0.6);
  });

  test('stays where it is without rows', () => {
    assert.deepEqual(fitPlatt([]), { slope: 1, intercept: 0 });
    assert.equal(chooseThreshold([], { slope: 1, intercept: 0 }), 0.5);
  });
});

describe('halting targets', () => {
  test('halting is right when no later step is better, and going on is worth the next step', () => {
    const losses = [Float32Array.of(2, 1), Float32Array.of(1, 1), Float32Array.of(1, 3)];
    const q = [Float32Array.of(0, 0, 0, 0), Float32Array.of(1, 2, 1, 2), Float32Array.of(3, 9, 3, 9)];
    const { halt, proceed } = haltingTargets(losses, q);
    assert.deepEqual(
      halt.map((step) => [...step]),
      [
        [0, 1],
        [1, 1],
        [1, 1],
      ],
    );
    assert.ok(Math.abs((proceed[0]?.[0] as number) - stepDiscount * sigmoid(2)) < 1e-6, 'the better of the two');
    assert.ok(Math.abs((proceed[1]?.[0] as number) - stepDiscount * sigmoid(3)) < 1e-6, 'the last step can only halt');
  });
});
