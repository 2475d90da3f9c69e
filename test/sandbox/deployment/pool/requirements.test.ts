import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Requires } from '../../../../src/orchestration/task/requires.ts';
import { Place, type Source } from '../../../../src/sandbox/deployment/pool/place.ts';
import { findMisfit, type Requirements } from '../../../../src/sandbox/deployment/pool/requirements.ts';
import { WaitingLine } from '../../../../src/sandbox/deployment/pool/waiting-line.ts';

const cases: readonly (readonly [offers: Requirements, needs: Requirements, misfit: RegExp | undefined])[] = [
  [{}, {}, undefined],
  [{}, { cpu: 64, memoryBytes: 2 ** 50, network: 'full' }, undefined],
  [{ platform: 'docker', image: 'node:22' }, { platform: 'docker', image: 'node:22' }, undefined],
  [{ platform: 'docker' }, { image: 'node:22' }, /image is not declared/],
  [{ platform: 'docker' }, { platform: 'ssh' }, /platform is docker/],
  [{ capabilities: ['a', 'b'], tools: ['git'] }, { capabilities: ['b'], tools: ['git'] }, undefined],
  [{ tools: ['git'] }, { tools: ['git', 'make', 'gcc'] }, /tools lack make, gcc/],
  [{ network: 'limited' }, { network: 'none' }, undefined],
  [{ network: 'limited' }, { network: 'full' }, /network is limited/],
  [{ cpu: 2, memoryBytes: 10, vramBytes: 0 }, { cpu: 2, memoryBytes: 10 }, undefined],
  [{ vramBytes: 0 }, { vramBytes: 1 }, /vramBytes is 0/],
];

for (const [offers, needs, misfit] of cases) {
  test(`${JSON.stringify(needs)} of ${JSON.stringify(offers)}: ${misfit ?? 'fits'}`, () => {
    const found = findMisfit(offers, needs);
    if (misfit) assert.match(found ?? '', misfit);
    else assert.equal(found, undefined);
  });
}

test('what a task requires can be asked of a pool as it is', () => {
  const requires: Requires = { capabilities: ['a'], cpu: 1 };
  assert.equal(findMisfit({ capabilities: ['a'] }, requires), undefined);
});

test('a place hands out all of what it offers, in any parts, and has it all again', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }), (parts) => {
      const whole = parts.reduce((sum, part) => sum + part, 0);
      const place = new Place({ offers: { cpu: 1 }, isShared: true } as Source<unknown>, 0);
      const needs = parts.map((part) => ({ cpu: part / whole }));
      for (const need of needs) {
        assert.ok(place.hasFree(need), 'it fits');
        place.take(need);
      }
      assert.ok(!place.hasFree({ cpu: 0.01 }));
      for (const need of needs) place.give(need);
      assert.ok(place.hasFree({ cpu: 1 }));
      assert.equal(place.busy, 0);
    }),
  );
});

test('a line is in order of priority, then arrival, whoever leaves and comes back', () => {
  const changes = fc.array(fc.record({ priority: fc.integer({ min: 1, max: 4 }), back: fc.nat(8) }), { maxLength: 50 });
  fc.assert(
    fc.property(changes, (steps) => {
      const line = new WaitingLine<{ priority: number; arrival: number }>();
      const model: { priority: number; arrival: number }[] = [];
      for (const [index, { priority, back }] of steps.entries()) {
        const waiter = { priority, arrival: index + 1 };
        line.add(waiter);
        model.push(waiter);
        const leaving = model[back];
        if (!leaving) continue;
        assert.ok(line.remove(leaving));
        assert.ok(!line.remove(leaving));
        assert.equal(line.size, model.length - 1);
        line.add(leaving);
      }
      model.sort((left, right) => right.priority - left.priority || left.arrival - right.arrival);
      assert.deepEqual([...line], model);
    }),
  );
});
