// A LangGraph graph whose checkpoints live in a journal: the process dies after the first step, another one goes on.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { openFileJournal } from 'hrm-rex/orchestration';
import { JournalSaver } from './langgraph/journal-saver.ts';

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
});
let crashes = true;
let planned = 0;
const graph = new StateGraph(State)
  .addNode('plan', () => {
    planned += 1;
    return { log: ['planned'] };
  })
  .addNode('build', () => {
    if (crashes) throw new Error('power failure');
    return { log: ['built'] };
  })
  .addEdge(START, 'plan')
  .addEdge('plan', 'build')
  .addEdge('build', END);

const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-langgraph-'));
const thread = { configurable: { thread_id: 'house' } };
{
  await using journal = await openFileJournal(directory);
  const app = graph.compile({ checkpointer: await JournalSaver.open(journal) });
  await assert.rejects(app.invoke({ log: ['start'] }, thread), /power failure/);
}
crashes = false;
{
  await using journal = await openFileJournal(directory);
  const saver = await JournalSaver.open(journal);
  const { log } = await graph.compile({ checkpointer: saver }).invoke(null, thread);
  console.log(log.join(' → '), `; the plan was made ${planned} time`);
  assert.deepEqual(log, ['start', 'planned', 'built']);
  assert.equal(planned, 1);
}
await rm(directory, { recursive: true });
