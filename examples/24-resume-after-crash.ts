// A run that is killed with SIGKILL goes on in another process: what was done is not done again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { done, type Handler, openFileJournal, recover, run } from 'hrm-rex/orchestration';

const nodes = Array.from({ length: 6 }, (_, index) => ({
  id: `step${index}`,
  task: { goal: 'work', input: index },
  use: 'work',
  dependsOn: index === 0 ? [] : [`step${index - 1}`],
}));

const makeWork =
  (directory: string, isDoomed: boolean): Handler =>
  async ({ input, id }, { inputs }) => {
    appendFileSync(join(directory, 'done.txt'), `${id}\n`);
    if (isDoomed && input === 3) process.kill(process.pid, 'SIGKILL');
    return done(Number(input) + Number(Object.values(inputs)[0] ?? 0));
  };

const doomed = process.argv[2];
if (doomed) {
  const journal = await openFileJournal(join(doomed, 'journal'));
  await run({ nodes }, { runId: 'run', journal, handlers: { work: makeWork(doomed, true) } }).result;
} else {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-example-'));
  try {
    const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), directory], {
      stdio: 'inherit',
    });
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');
    await using journal = await openFileJournal(join(directory, 'journal'));
    const recovered = await recover('run', { journal, handlers: { work: makeWork(directory, false) } });
    console.log('found', recovered.states());
    assert.equal((await recovered.result).step5, 15);
    const executed = readFileSync(join(directory, 'done.txt'), 'utf8').trim().split('\n');
    assert.deepEqual(executed, ['step0', 'step1', 'step2', 'step3', 'step3', 'step4', 'step5']);
    console.log('executed', executed.join(' '));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
