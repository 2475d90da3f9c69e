import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tensorflow as tf, useBackend } from 'hrm-rex/hrm';
import { backends } from '../backends.ts';
import { caseFiles, GoldenCase } from './fixture.ts';
import { checkEvaluation, checkTraining } from './run-case.ts';

for (const backend of backends) {
  describe(`the original's numbers on ${backend}`, () => {
    for (const path of caseFiles(process.env.HRM_REX_GOLDEN_NAMES?.split(',') ?? [])) {
      const golden = new GoldenCase(path);
      test(`case ${golden.name}: every step of the evaluation`, async (context) => {
        await useBackend(backend);
        const before = tf.memory().numTensors;
        const errors = await checkEvaluation(golden);
        context.diagnostic(JSON.stringify(errors));
        assert.equal(tf.memory().numTensors, before);
      });
      test(`case ${golden.name}: training outputs, gradients, both optimisers, parameters`, async (context) => {
        await useBackend(backend);
        const before = tf.memory().numTensors;
        const errors = await checkTraining(golden);
        context.diagnostic(JSON.stringify(errors));
        assert.equal(tf.memory().numTensors, before);
      });
    }
  });
}
