import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeTask } from '../../../src/coordination/encoder/encode-task.ts';
import { linearOutputs } from '../../../src/coordination/linear/linear-outputs.ts';
import { linearScores } from '../../../src/coordination/linear/linear-path.ts';
import { outputGradient } from '../../../src/coordination/linear/output-gradient.ts';
import { solveSymmetric } from '../../../src/coordination/linear/solve-symmetric.ts';
import { sourceFolds, sourceWeights, trainLinear } from '../../../src/coordination/linear/train-linear.ts';
import { agentKinds } from '../../../src/coordination/task/agent-kinds.ts';
import { Random } from '../../../src/hrm/random.ts';

const featureCount = 262_144;
const kind = (name: string) => agentKinds.findIndex((agent) => agent.name === name);

/** Rows whose text says "container" exactly when docker is needed; nothing else is known. */
function dockerRows(count: number) {
  const random = new Random(1);
  return Array.from({ length: count }, (_, index) => {
    const isDocker = random.next() < 0.4;
    const noise = random.pick(['parser', 'cache', 'button', 'socket']);
    const targets = new Float32Array(linearOutputs.count).fill(Number.NaN);
    targets[kind('docker')] = isDocker ? 1 : 0;
    targets[linearOutputs.lines] = isDocker ? 5 : 1;
    const text = `${isDocker ? 'shrink the container' : 'rewrite the module'} ${noise}`;
    return { task: encodeTask({ text }), targets, source: `repository ${index % 10}` };
  });
}

test('the path learns what the words say, and scores its own rows without having seen their source', () => {
  const { path, outOfFold } = trainLinear(dockerRows(300), { featureCount });
  const yes = linearScores(path, encodeTask({ text: 'shrink the container cache' })).joint;
  const no = linearScores(path, encodeTask({ text: 'rewrite the module cache' })).joint;
  assert.ok((yes[kind('docker')] as number) > 1 && (no[kind('docker')] as number) < -1);
  assert.ok((yes[linearOutputs.lines] as number) > (no[linearOutputs.lines] as number) + 2);
  assert.equal(outOfFold.length, 300);
  assert.ok(outOfFold.every(({ joint }) => joint.every(Number.isFinite)));
});

test('the same rows and seed give the same path to the digit', () => {
  const rows = dockerRows(60);
  const [first, second] = [trainLinear(rows, { featureCount, seed: 3 }), trainLinear(rows, { featureCount, seed: 3 })];
  assert.deepEqual(first.path.text.weights, second.path.text.weights);
  assert.deepEqual(first.path.joint, second.path.joint);
  assert.notDeepEqual(trainLinear(rows, { featureCount, seed: 4 }).path.joint, first.path.joint);
});

test('what is not known moves nothing', () => {
  const rows = dockerRows(60);
  const { path } = trainLinear(rows, { featureCount });
  const column = Array.from({ length: path.text.weights.length / linearOutputs.count }, (_, place) => {
    return path.text.weights[place * linearOutputs.count + kind('rust')];
  });
  assert.ok(column.length > 0 && column.every((weight) => weight === 0));
});

test('the gradient is that of the loss, known outputs only', () => {
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: linearOutputs.count, maxLength: linearOutputs.count }), (given) => {
      const scores = Float32Array.from(given);
      const targets = new Float32Array(linearOutputs.count).fill(Number.NaN);
      targets[0] = 1;
      targets[linearOutputs.lines] = 2;
      targets.fill(1 / 18, linearOutputs.effort);
      const gradient = new Float32Array(linearOutputs.count);
      outputGradient(scores, targets, gradient);
      const loss = (at: number, step: number): number => {
        const s = Float64Array.from(scores);
        s[at] = (s[at] as number) + step;
        const effort = s.subarray(linearOutputs.effort);
        const total = Math.log(effort.reduce((sum, score) => sum + Math.exp(score), 0));
        const lines = ((s[linearOutputs.lines] as number) - 2) ** 2 / 2 / 1.7 ** 2;
        const crossEntropy = effort.reduce((sum, score) => sum + (total - score) / 18, 0);
        return Math.log1p(Math.exp(-(s[0] as number))) + lines + crossEntropy;
      };
      for (const at of [0, 5, linearOutputs.lines, linearOutputs.effort, linearOutputs.count - 1]) {
        const slope = (loss(at, 1e-4) - loss(at, -1e-4)) / 2e-4;
        assert.ok(Math.abs(slope - (gradient[at] as number)) < 1e-3, `${at}: ${slope} ${gradient[at]}`);
      }
    }),
    { numRuns: 50 },
  );
});

test('folds keep sources whole and are of like size; sources count with the root of their rows', () => {
  const rows = Array.from({ length: 100 }, (_, index) => ({ source: `s${Math.min(9, Math.floor(Math.sqrt(index)))}` }));
  const folds = sourceFolds(rows, 4, 0);
  const bySource = new Map<string, Set<number>>();
  rows.forEach(({ source }, index) => {
    bySource.set(source, (bySource.get(source) ?? new Set()).add(folds[index] as number));
  });
  assert.ok([...bySource.values()].every(({ size }) => size === 1));
  assert.equal(new Set(folds).size, 4);
  const weights = sourceWeights([...Array.from({ length: 4 }, () => ({ source: 'a' })), { source: 'b' }]);
  assert.ok(Math.abs((weights[4] as number) / (weights[0] as number) - 2) < 1e-6);
});

test('a symmetric system is solved', () => {
  const solution = solveSymmetric(Float64Array.from([4, 0, 2, 3]), Float64Array.from([2, 5]));
  assert.deepEqual(
    [...solution].map((value) => Number(value.toFixed(9))),
    [-0.5, 2],
  );
});
