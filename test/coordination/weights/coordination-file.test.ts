import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Random, tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { linearOutputs } from '../../../src/coordination/linear/linear-outputs.ts';
import { jointSize, type LinearTable } from '../../../src/coordination/linear/linear-path.ts';
import { treeGroups } from '../../../src/coordination/linear/tree-groups.ts';
import { noCalibration } from '../../../src/coordination/model/calibration.ts';
import { createCoordinationModel } from '../../../src/coordination/model/coordination-model.ts';
import { HrmCoordinator } from '../../../src/coordination/model/hrm-coordinator.ts';
import { recoveryActions } from '../../../src/coordination/model/prediction.ts';
import { trainOrder } from '../../../src/coordination/order/train-order.ts';
import { type BoostedTrees, noTrees } from '../../../src/coordination/trees/boosted-trees.ts';
import { readCoordinator, saveCoordinator } from '../../../src/coordination/weights/coordination-file.ts';
import { openCoordinator } from '../../../src/coordination/weights/open-coordinator.ts';
import { RexError } from '../../../src/core/errors.ts';
import { dependencyRows, smallConfig, smallEncoder } from '../training/task-rows.ts';

let folder = '';
before(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'hrm-rex-weights-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const random = new Random(3);

function table(): LinearTable {
  const features = [3, 40, 41, 900];
  const scale = new Float32Array(smallEncoder.featureCount);
  const rows = new Int32Array(smallEncoder.featureCount).fill(-1);
  features.forEach((feature, row) => {
    scale[feature] = 1 + row;
    rows[feature] = row;
  });
  const values = (count: number) => Float32Array.from({ length: count }, () => random.next() - 0.5);
  return { scale, rows, weights: values(4 * linearOutputs.count), bias: values(linearOutputs.count) };
}

/** Trees for every second group: a question about the text's own score, and its two answers. */
function trees(): BoostedTrees[] {
  return treeGroups.map((_, group) =>
    group % 2 === 1
      ? noTrees
      : {
          start: group / 10,
          roots: Float32Array.of(0),
          nodes: Float32Array.of(0, 0.1, 1, 2, -1, -2, 0, 0, -1, 3, 0, 0),
        },
  );
}

function coordinator(): HrmCoordinator {
  const model = createCoordinationModel(smallConfig, { seed: 2 });
  model.replaceTensor('coordination.selection', tf.randomNormal([16, 1], 0, 1, 'float32', 1));
  return new HrmCoordinator({
    name: 'test/1',
    encoder: smallEncoder,
    linear: {
      trees: trees(),
      text: table(),
      workspace: table(),
      joint: Float32Array.from({ length: linearOutputs.count * jointSize }, () => random.next() - 0.5),
    },
    order: trainOrder(dependencyRows(5)),
    calibration: noCalibration,
    model,
  });
}

const task = { text: 'Fix the parser', workspace: { files: 10, ext: { py: 9 }, markers: ['pm:setup.py'] } };

describe('a folder of weights', () => {
  for (const [bits, tolerance] of [
    [8, 0.03],
    [4, 0.3],
  ] as const) {
    test(`holds a coordinator in ${bits} bits`, async () => {
      using own = coordinator();
      const place = join(folder, `bits-${bits}`);
      const manifest = await saveCoordinator(own.parts, place, { bits, metrics: { score: 0.5 }, notes: { seed: '2' } });
      assert.equal(manifest.bits, bits);
      using opened = await openCoordinator({ folder: place });
      assert.equal(opened.name, 'test/1');
      const [before, now] = [await own.predict(task), await opened.predict(task)];
      for (const [kind, probability] of before.agents.entries()) {
        assert.ok(Math.abs(probability - (now.agents[kind] as number)) < tolerance, `${probability}`);
      }
      const subtasks = ['run the tests', 'build the program'];
      assert.deepEqual(await opened.order('build and test', subtasks), await own.order('build and test', subtasks));
    });
  }

  test('of another version or other agents is refused with a typed error', async () => {
    using own = coordinator();
    const place = join(folder, 'versions');
    await saveCoordinator(own.parts, place);
    const path = join(place, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    for (const change of [
      { format: 'hrm-rex-coordination/1' },
      { format: 'hrm-rex-coordination/2' },
      { agentKinds: ['python'] },
      { encoder: { ...smallEncoder, version: 2 } },
    ]) {
      await writeFile(path, JSON.stringify({ ...manifest, ...change }));
      await assert.rejects(readCoordinator(place), (error) => RexError.is(error, 'WEIGHTS_MISMATCH'));
    }
    for (const text of ['{', JSON.stringify({ ...manifest, weights: '../model' })]) {
      await writeFile(path, text);
      await assert.rejects(readCoordinator(place), (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'));
    }
  });

  test('that is damaged or missing is refused with a typed error', async () => {
    using own = coordinator();
    const place = join(folder, 'damaged');
    await saveCoordinator(own.parts, place);
    const path = join(place, 'model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await writeFile(path, bytes);
    for (const where of [place, join(folder, 'nowhere')]) {
      await assert.rejects(openCoordinator({ folder: where }), (error) => RexError.is(error, 'MODEL_FILE_CORRUPT'));
    }
  });
});

describe('HrmCoordinator', () => {
  test('answers anything that may come as a task', async () => {
    using own = coordinator();
    const texts = [
      '',
      'x'.repeat(100_000),
      'Исправь ошибку в разборе',
      '修复解析器',
      '\u0000\uFFFD\uD800',
      '🦀'.repeat(400),
    ];
    const plans = await own.predictAll(texts.map((text) => ({ text })));
    assert.equal(plans.length, texts.length);
    for (const { agents, effort, difficulty, composite } of plans) {
      assert.ok([...agents, ...effort, ...difficulty, composite].every((value) => value >= 0 && value <= 1));
    }
    assert.deepEqual(await own.predictAll([]), []);
  });

  test('takes no more planning steps than it may', async () => {
    using own = coordinator();
    assert.equal((await own.predict(task, { maxSteps: 1 })).steps, 1);
    assert.ok((await own.predict(task, { maxSteps: 100 })).steps <= 2);
  });

  test('stops when it is told to', async () => {
    using own = coordinator();
    const before = tf.memory().numTensors;
    await assert.rejects(own.predict(task, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(tf.memory().numTensors, before);
  });

  test('weighs every recovery action, and frees what it used', async () => {
    using own = coordinator();
    const before = tf.memory().numTensors;
    const weights = await own.recover({ agent: 'test', output: 'AssertionError: 1 !== 2', exitCode: 1, attempt: 1 });
    assert.deepEqual(Object.keys(weights), [...recoveryActions]);
    assert.ok(Math.abs(Object.values(weights).reduce((sum, weight) => sum + weight, 0) - 1) < 1e-5);
    await own.predict(task);
    assert.equal(tf.memory().numTensors, before);
  });

  test('says that it is disposed', async () => {
    const own = coordinator();
    own[Symbol.dispose]();
    own[Symbol.dispose]();
    const isDisposed = (error: unknown) => RexError.is(error, 'MODEL_DISPOSED');
    await assert.rejects(own.predict(task), isDisposed);
    await assert.rejects(own.order('x', ['a', 'b']), isDisposed);
    await assert.rejects(own.recover({ agent: 'git', output: '', attempt: 1 }), isDisposed);
  });
});
