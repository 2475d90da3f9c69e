import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentKinds, type Prediction, ruleCoordinator } from 'hrm-rex/coordination';

const rules = ruleCoordinator();

function selected({ agents, thresholds }: Prediction): string[] {
  const isNeeded = (index: number): boolean => (agents[index] ?? 0) >= (thresholds[index] ?? 1);
  return agentKinds.filter((_, index) => isNeeded(index)).map(({ name }) => name);
}

test('the workspace tells the language, the text everything else', async () => {
  const workspace = { files: 90, ext: { md: 40, cc: 20, h: 18, py: 12 }, markers: [] };
  assert.deepEqual(selected(await rules.predict({ text: 'Rewrite the README', workspace })), ['c-cpp', 'docs']);
  assert.deepEqual(selected(await rules.predict({ text: 'Bump serde in Cargo.toml' })), ['rust', 'package-manager']);
  const prototype = { files: 1, ext: { constructor: 3 }, markers: [] };
  assert.deepEqual(selected(await rules.predict({ text: '', workspace: prototype })), []);
});

test('its numbers are probabilities, shares and levels', async () => {
  for (const text of ['', 'Fix the build', 'x'.repeat(100_000)]) {
    const { agents, effort, difficulty, composite, expectedLines } = await rules.predict({ text });
    for (const share of [...agents, composite]) assert.ok(share > 0 && share < 1);
    for (const shares of [effort, difficulty]) {
      assert.ok(Math.abs(shares.reduce((sum, one) => sum + one, 0) - 1) < 1e-5);
    }
    assert.ok(expectedLines > 0);
  }
});

test('code comes before its tests, tests before documents, a release last', async () => {
  const steps = ['Publish the release', 'Document it', 'Test it', 'Write it', 'Also write that'];
  const edges = await rules.order('ship', steps);
  assert.deepEqual(edges.map((edge) => edge.join('<')).sort(), ['1<0', '2<1', '3<2', '4<2']);
  assert.deepEqual(await rules.order('', []), []);
});

test('a prediction that is not wanted any more is not made', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(rules.predict({ text: 'x' }, { signal }), /enough/);
});
