// What the engine, the journal and the scheduler cost. Usage: npm run bench -- orchestration [--json FILE]
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotation, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import {
  done,
  type Handler,
  type Journal,
  memoryJournal,
  type NodeSpec,
  openFileJournal,
  readRunState,
  recover,
  run,
  scheduler,
} from 'hrm-rex/orchestration';
import { coordinationOverhead } from 'hrm-rex/telemetry';
import { median, once, paired, type Row, report } from './measure.ts';

const handlers: Record<string, Handler> = {
  work: async () => done(1),
  second: async (_task, { clock }) => {
    await new Promise<void>((resolve) => clock.setTimer(1_000, resolve));
    return done(1);
  },
};
const rows: Row[] = [];
const directories: string[] = [];

function grid(width: number, depth: number, use = 'work'): { nodes: NodeSpec[] } {
  const nodes: NodeSpec[] = [];
  for (let level = 0; level < depth; level++) {
    for (let index = 0; index < width; index++) {
      const dependsOn = level === 0 ? [] : [`n${level - 1}-${index}`, `n${level - 1}-${(index + 1) % width}`];
      nodes.push({ id: `n${level}-${index}`, task: { goal: 'work' }, use, dependsOn: [...new Set(dependsOn)] });
    }
  }
  return { nodes };
}

async function fileJournal(): Promise<Journal> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));
  directories.push(directory);
  return openFileJournal(directory);
}

/** Milliseconds for each node, median of twenty runs after five to warm up. */
async function perNode(width: number, depth: number, makeJournal?: () => Journal | Promise<Journal>): Promise<number> {
  const found: number[] = [];
  for (let round = 0; round < 25; round++) {
    const journal = await makeJournal?.();
    const elapsed = await once(() => run(grid(width, depth), { handlers, ...(journal ? { journal } : {}) }).result);
    if (round >= 5) found.push(elapsed / (width * depth));
    await journal?.close();
  }
  return median(found);
}

// LangGraph hangs a listener per node on one signal, of which Node warns.
setMaxListeners(0);

/** The same graph in LangGraph: `width` chains side by side, each node adds one. */
function langGraph(width: number, depth: number, isCheckpointed: boolean): () => Promise<unknown> {
  const count = Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 });
  const graph = new StateGraph(Annotation.Root({ count })) as StateGraph<unknown, { count: number }, object, string>;
  for (let index = 0; index < width; index++) {
    for (let level = 0; level < depth; level++) {
      graph.addNode(`n${level}-${index}`, async () => ({ count: 1 }));
      graph.addEdge(level === 0 ? START : `n${level - 1}-${index}`, `n${level}-${index}`);
    }
    graph.addEdge(`n${depth - 1}-${index}`, END);
  }
  const app = graph.compile(isCheckpointed ? { checkpointer: new MemorySaver() } : {});
  let threads = 0;
  return async () => {
    const result = await app.invoke(
      { count: 0 },
      { recursionLimit: 1_000, configurable: { thread_id: `${threads++}` } },
    );
    if (result.count !== width * depth) throw new Error(`LangGraph ran ${result.count} nodes`);
  };
}

const ms = 'ms';
for (const [what, width, depth] of [
  ['fan-out of 100', 100, 1],
  ['chain of 100', 1, 100],
] as const) {
  for (const isCheckpointed of [false, true]) {
    const theirs = langGraph(width, depth, isCheckpointed);
    const ours = () =>
      run(grid(width, depth), { handlers, ...(isCheckpointed ? { journal: memoryJournal() } : {}) }).result;
    const [found, reference] = await paired(20, ours, theirs);
    rows.push({
      what: `${what}, ${isCheckpointed ? 'memory journal' : 'no journal'}, whole run`,
      value: median(found),
      unit: ms,
      reference: median(reference),
      against: isCheckpointed ? 'LangGraph with MemorySaver' : 'LangGraph',
    });
  }
}
const inMemory = { most: 0.2 };
const journalled = { most: 1 };
rows.push(
  { what: 'fan-out of 100, per node, no journal', value: await perNode(100, 1), unit: ms, target: inMemory },
  { what: 'chain of 100, per node, no journal', value: await perNode(1, 100), unit: ms, target: inMemory },
  {
    what: 'fan-out of 100, per node, memory journal',
    value: await perNode(100, 1, memoryJournal),
    unit: ms,
    target: inMemory,
  },
  {
    what: 'fan-out of 100, per node, file journal',
    value: await perNode(100, 1, fileJournal),
    unit: ms,
    target: journalled,
  },
  {
    what: 'chain of 100, per node, file journal',
    value: await perNode(1, 100, fileJournal),
    unit: ms,
    target: journalled,
  },
);

const most = { most: 5_000 };
const big = grid(100, 100);
rows.push({
  what: '10,000 nodes, 100 wide, no journal',
  value: await once(() => run(big, { handlers }).result),
  unit: ms,
  target: most,
});
{
  await using journal = await fileJournal();
  const value = await once(() => run(big, { handlers, journal, runId: 'big' }).result);
  rows.push({ what: '10,000 nodes, 100 wide, file journal', value, unit: ms, target: most });
}
{
  await using journal = await fileJournal();
  await run(grid(100, 50), { handlers, journal, runId: 'half' }).result;
  const value = await once(() => readRunState(journal, 'half'));
  rows.push({ what: 'state from a journal of 10,000 events', value, unit: ms, target: { most: 500 } });
  const again = await once(async () => (await recover('half', { journal, handlers })).result);
  rows.push({ what: 'recovery of a journal of 10,000 events', value: again, unit: ms, target: { most: 500 } });
}
for (const width of [30, 250]) {
  await using journal = await fileJournal();
  await run(grid(width, 1, 'second'), { handlers, journal, runId: 'wide' }).result;
  const { overhead } = await coordinationOverhead(journal.read('wide'));
  rows.push({
    what: `overhead of ${width} handlers of 1 s each, file journal`,
    value: overhead * 100,
    unit: '%',
    target: { most: 5 },
  });
}
{
  const tasks = scheduler();
  const value = await once(() =>
    Promise.all(
      Array.from({ length: 10_000 }, (_, index) =>
        tasks.submit({
          id: `${index}`,
          agent: `${index % 250}`,
          run: async () => ({ kind: 'done' as const, value: 1 }),
        }),
      ),
    ),
  );
  rows.push({ what: 'scheduler, 10,000 queued tasks, each', value: value / 10_000, unit: ms, target: { most: 0.1 } });
}
report('orchestration', rows);
for (const directory of directories) await rm(directory, { recursive: true, force: true });
