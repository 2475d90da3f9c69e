import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeOwner,
  encodeOwner,
  isOwnerGone,
  type Owner,
  type OwnerView,
  systemView,
} from '../../../../src/sandbox/deployment/docker/owner/owner.ts';
import { isLeftover } from '../../../../src/sandbox/deployment/docker/owner/reap.ts';

const self: Owner = { host: 'a1', boot: 'b1', pid: 10, startedAt: '500' };

/** A machine on which these processes run, by their start. */
function machine(running: Readonly<Record<number, string>>): OwnerView {
  return { self, startOf: (pid) => running[pid] };
}

test('an owner is read back from its label', () => {
  const hex = fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 1, maxLength: 16 })
    .map((digits) => digits.join(''));
  const owners = fc.record({ host: hex, boot: hex, pid: fc.nat(), startedAt: fc.nat().map(String) });
  fc.assert(fc.property(owners, (owner) => assert.deepEqual(decodeOwner(encodeOwner(owner)), { ...owner })));
});

test('a text that is no owner is none', () => {
  for (const text of ['', 'me', '1/2/3', 'x/b1/10/500', 'a1/b1/ten/500', 'a1/b1/10/5/6']) {
    assert.equal(decodeOwner(text), undefined, text);
  }
});

test('a process that is gone, or whose number another process has, is gone', () => {
  assert.equal(isOwnerGone({ ...self, pid: 11 }, machine({}), true), true);
  assert.equal(isOwnerGone({ ...self, pid: 11, startedAt: '400' }, machine({ 11: '900' }), true), true);
});

test('a process that lives is spared, this one first of all', () => {
  assert.equal(isOwnerGone({ ...self, pid: 11, startedAt: '400' }, machine({ 11: '400' }), true), false);
  const view = systemView();
  assert.equal(isOwnerGone(view.self, view, true), false);
});

test('an owner of another machine is spared, whatever runs here', () => {
  const anyone = fc.record({ pid: fc.nat(), startedAt: fc.nat().map(String), boot: fc.constantFrom('b1', 'b2') });
  fc.assert(
    fc.property(anyone, fc.boolean(), (owner, isLocal) => {
      assert.equal(isOwnerGone({ ...owner, host: 'ff' }, machine({}), isLocal), false);
    }),
  );
});

test('an owner before a restart of the machine is gone, where the engine is the machine’s own', () => {
  const earlier = { ...self, boot: 'b0' };
  assert.equal(isOwnerGone(earlier, machine({ 10: '500' }), true), true);
  assert.equal(isOwnerGone(earlier, machine({ 10: '500' }), false), false);
});

test('what is meant to stay, and what is not ours, is no leftover', () => {
  const gone = encodeOwner({ ...self, pid: 11 });
  const view = machine({});
  const check = (labels: Record<string, string>) => isLeftover(labels, true, 'hrm-rex.owner', view);
  assert.equal(check({ 'hrm-rex.owner': gone }), true);
  assert.equal(check({ 'hrm-rex.owner': gone, 'hrm-rex.keep': '1' }), false);
  assert.equal(check({ 'hrm-rex.image-owner': gone }), false);
  assert.equal(check({ maintainer: 'somebody' }), false);
});
