// Loaded into every test file: notes the file in $HRM_REX_TEST_OUTCOMES when all of its tests passed. Node's runner, which loads
// it too, only hands the variable on; what a test starts does not get it.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const outcomes = process.env.HRM_REX_TEST_OUTCOMES;
if (outcomes && isMainThread && process.env.NODE_TEST_CONTEXT) {
  delete process.env.HRM_REX_TEST_OUTCOMES;
  process.on('exit', (code) => {
    if (code === 0) appendFileSync(outcomes, `${relative('.', process.argv[1] ?? '')}\n`);
  });
}
