import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functions, killRounds, shells } from './kill-rounds.ts';

test('a process that is killed at random moments, 20 times, loses nothing and repeats nothing that was done', async () => {
  const { kills, runs } = await killRounds(20, functions);
  assert.equal(kills, 20);
  assert.ok(runs >= 1);
});

test('one that runs shells leaves none of their processes behind, either', async () => {
  assert.equal((await killRounds(8, shells)).kills, 8);
});
