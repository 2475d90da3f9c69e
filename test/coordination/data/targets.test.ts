import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from 'hrm-rex/hrm';
import { partialRows } from '../../../src/coordination/data/examples.ts';
import { chooseSources } from '../../../src/coordination/data/prepare-data.ts';
import { SourceSampler } from '../../../src/coordination/data/source-sampler.ts';
import { planTargets } from '../../../src/coordination/data/targets.ts';
import { planOutputs } from '../../../src/coordination/model/plan-outputs.ts';
import { agentKinds } from '../../../src/coordination/task/agent-kinds.ts';
import { lossWeights, takeBatch } from '../../../src/coordination/training/plan-batch.ts';
import { tinyExamples } from '../model/tiny.ts';
import { taskRows } from '../training/task-rows.ts';

const kindOf = (name: string): number => agentKinds.findIndex((kind) => kind.name === name);

describe('targets', () => {
  const base = { id: 'a', source: 's', licence: 'MIT', text: 't', split: 'train' };

  test('say nothing where the row says nothing', () => {
    const targets = planTargets({ ...base, agents: ['go'], known: ['go', 'rust'] });
    assert.equal(targets[kindOf('go')], 1);
    assert.equal(targets[kindOf('rust')], 0);
    assert.ok(Number.isNaN(targets[kindOf('python')]));
    for (const output of [planOutputs.composite, planOutputs.lines, planOutputs.effort, planOutputs.difficulty]) {
      assert.ok(Number.isNaN(targets[output]));
    }
    assert.equal(targets[planOutputs.groups], 1, 'code occurs with one language');
    assert.ok(Number.isNaN(targets[planOutputs.groups + 1]), 'whether a tool is needed is not known');
  });

  test('hold effort as shares of the known kinds, lines as a logarithm, difficulty as a class', () => {
    const targets = planTargets({
      ...base,
      agents: [],
      known: agentKinds.map(({ name }) => name),
      effort: { go: 0.3, test: 0.3, other: 0.4 },
      difficulty: { level: 2, lines: 99 },
      decompose: true,
    });
    assert.equal(targets[planOutputs.effort + kindOf('go')], 0.5);
    assert.ok(Math.abs((targets[planOutputs.lines] as number) - Math.log(100)) < 1e-6);
    assert.deepEqual([...targets.subarray(planOutputs.difficulty, planOutputs.groups)], [0, 0, 1, 0]);
    assert.deepEqual([...targets.subarray(planOutputs.groups)], [0, 0, 0]);
    assert.equal(targets[planOutputs.composite], 1);
  });

  test('that are not known have no weight in the loss', () => {
    const set = tinyExamples(12, 3);
    const batch = takeBatch(set, Int32Array.of(4, 9), lossWeights(set));
    batch.weights.forEach((weight, index) => {
      const truth = set.targets[(index < planOutputs.count ? 4 : 8) * planOutputs.count + index] as number;
      assert.equal(weight === 0, Number.isNaN(truth), `${index}`);
    });
  });
});

describe('rows by source', () => {
  test('are drawn each once before one comes again, and the draw goes on from its state', () => {
    const sources = taskRows(30).map(({ source }) => source);
    const sampler = new SourceSampler(sources, 5);
    const drawn = [...sampler.next(20)];
    const again = new SourceSampler(sources, sampler.state);
    assert.deepEqual(again.next(50), sampler.next(50));
    for (const source of new Set(sources)) {
      const rows = drawn.filter((row) => sources[row] === source).slice(0, 5);
      assert.equal(new Set(rows).size, rows.length);
    }
  });

  test('a source of many rows does not drown the others', () => {
    const sources = [...Array.from({ length: 900 }, () => 'large'), ...Array.from({ length: 9 }, () => 'small')];
    const small = [...new SourceSampler(sources, 1).next(2_000)].filter((row) => row >= 900).length;
    assert.ok(small > 100, `${small} of 2000`);
  });

  test('are held out whole', () => {
    const rows = taskRows(60);
    const away = chooseSources(rows, 0.3, 1);
    assert.equal(away.size, 2);
    assert.deepEqual(chooseSources(rows, 0.3, 1), away);
    assert.equal(chooseSources(rows.slice(0, 1), 0.9, 1).size, 0, 'one source stays');
  });

  test('are also learned with half of the facts', () => {
    const rows = partialRows(taskRows(60), 0.5, new Random(2));
    assert.ok(rows.length > 30 && rows.length < 90);
    assert.ok(rows.every(({ text, context }) => (text === '') !== (context === undefined)));
  });
});
