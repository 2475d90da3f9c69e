// A process that runs a graph with a file journal, to be killed at any moment. Arguments: directory of the journal, file of effects.
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { done, type GraphSpec, type Handler, openFileJournal, recover, run } from 'hrm-rex/orchestration';
import { RexError } from '../../../src/core/errors.ts';

const [directory = '', effects = ''] = process.argv.slice(2);
const journal = await openFileJournal(directory);
console.log('open');

const log = (kind: string, key: string): void => appendFileSync(effects, `${kind} ${key}\n`);
const work: Handler = async (task, context) => {
  log('begin', context.node);
  const rolled = await context.step('roll', () => {
    log('step', context.idempotencyKey);
    return context.random();
  });
  await delay(3 + 10 * rolled);
  if (task.input === 'grow' && context.canExpand) {
    const nodes = [0, 1, 2].map((index) => ({ id: `part${index}`, task: { goal: 'part' } }));
    return { kind: 'expand', graph: { nodes }, join: 'count' };
  }
  log('end', context.node);
  return done(1);
};
const count: Handler = async (_task, { inputs, node }) => {
  log('begin', `${node}!`);
  return done(Object.values(inputs).reduce<number>((sum, value) => sum + Number(value), 0));
};

const graph: GraphSpec = {
  nodes: Array.from({ length: 60 }, (_, index) => ({
    id: `n${index}`,
    task: { goal: 'work', input: index % 5 === 0 ? 'grow' : 'plain' },
    dependsOn: index < 6 ? [] : [`n${index - 6}`],
  })),
};
const options = { journal, handlers: { work, count }, use: 'work', snapshotEveryMs: 20 };
const running = await recover('run', options).catch((error: unknown) => {
  // Killed before the first event was durable: nothing was promised.
  if (!RexError.is(error, 'RUN_NOT_FOUND')) throw error;
  return run(graph, { ...options, runId: 'run' });
});
console.log(JSON.stringify(await running.result));
await journal.close();
