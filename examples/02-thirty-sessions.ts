/** Thirty shells at once: each keeps its own directory and variables, and none waits for another. */
import assert from 'node:assert/strict';
import { LocalDeployment } from 'hrm-rex';

await using box = await new LocalDeployment().start();
const startedAt = performance.now();

const outputs = await Promise.all(
  Array.from({ length: 30 }, async (_, index) => {
    await using shell = await box.runtime.createSession({ session: `agent-${index}`, loadRc: false });
    await shell.run(`number=${index}; cd "$(mktemp -d)"`);
    await shell.run('for i in 1 2 3; do echo "$((number * i))" >> numbers.txt; sleep 0.1; done');
    const { output } = await shell.run('paste -sd, numbers.txt; rm -r "$PWD"');
    return output.trim();
  }),
);

console.log(`30 shells slept 0.3 s each; all of it took ${((performance.now() - startedAt) / 1000).toFixed(2)} s`);
assert.deepEqual(
  outputs,
  Array.from({ length: 30 }, (_, index) => `${index},${index * 2},${index * 3}`),
);
