// A process that runs a graph with shells in it, to be killed at any moment. Arguments: directory of the journal, file of effects.
import { appendFileSync } from 'node:fs';
import { done, type GraphSpec, type Handler, openFileJournal, recover, run } from 'hrm-rex/orchestration';
import { LocalRuntime } from 'hrm-rex/sandbox';
import { RexError } from '../../../src/core/errors.ts';

const [directory = '', effects = ''] = process.argv.slice(2);
const journal = await openFileJournal(directory);
console.log('open');

await using runtime = new LocalRuntime();

/** Works in a shell, with children of its own in the background and beyond its process group. */
const work: Handler = async ({ input }, { node, signal, idempotencyKey, step }) => {
  appendFileSync(effects, `begin ${node}\n`);
  await using session = await runtime.createSession({ session: node, loadRc: false, signal });
  await session.run('sleep 300 & setsid sleep 300 & nohup sleep 300 >/dev/null 2>&1 &', { signal });
  const half = await step('half', async () => {
    appendFileSync(effects, `step ${idempotencyKey}\n`);
    return Number((await session.run(`sleep 0.05; echo $((${input} + 0))`, { signal })).output);
  });
  const { output } = await session.run(`sleep 0.05; echo $((${half} * 2))`, { signal });
  appendFileSync(effects, `end ${node}\n`);
  return done(Number(output));
};

const graph: GraphSpec = {
  nodes: Array.from({ length: 24 }, (_, index) => ({
    id: `n${index}`,
    task: { goal: 'work', input: index },
    dependsOn: index < 8 ? [] : [`n${index - 8}`],
  })),
};
const options = { journal, handlers: { work }, use: 'work', snapshotEveryMs: 50 };
const running = await recover('run', options).catch((error: unknown) => {
  // Killed before the first event was durable: nothing was promised.
  if (!RexError.is(error, 'RUN_NOT_FOUND')) throw error;
  return run(graph, { ...options, runId: 'run' });
});
console.log(JSON.stringify(await running.result));
await journal.close();
