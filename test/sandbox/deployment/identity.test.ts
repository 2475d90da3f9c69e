import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseIdentity, isPermitted, nobody } from '../../../src/sandbox/deployment/bubblewrap/identity.ts';

const root = { uid: 0, gid: 0 };
const alice = { uid: 1000, gid: 1000 };

test('root becomes the owner of the workspace, or nobody where there is none', () => {
  assert.deepEqual(chooseIdentity(root, undefined), nobody);
  assert.deepEqual(chooseIdentity(root, alice), alice);
  assert.deepEqual(chooseIdentity(root, root), root);
});

test('an ordinary user stays itself, whoever owns the workspace', () => {
  assert.deepEqual(chooseIdentity(alice, undefined), alice);
  assert.deepEqual(chooseIdentity(alice, root), alice);
});

test('only the first class of permission bits that fits counts', () => {
  const file = { uid: 1000, gid: 50, mode: 0o100_047 };
  assert.equal(isPermitted(alice, file, 4), false, 'the owner has no rights, whatever others have');
  assert.equal(isPermitted({ uid: 7, gid: 50 }, file, 4), true);
  assert.equal(isPermitted({ uid: 7, gid: 50 }, file, 2), false);
  assert.equal(isPermitted(nobody, file, 4 | 2 | 1), true);
  assert.equal(isPermitted(root, file, 4), true, 'user 0 without capabilities is one of the others');
  assert.equal(isPermitted(root, { uid: 1000, gid: 50, mode: 0o600 }, 4), false);
});
