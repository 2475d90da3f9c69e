// A graph of tasks that run in parallel under their dependencies: a diamond with a branch that is not taken.
import assert from 'node:assert/strict';
import { done, type Handler, levels, run } from 'hrm-rex/orchestration';

const fetchPages: Handler = async () => done(['a page', 'another page']);
const countWords: Handler = async (_task, { inputs }) => {
  const pages = inputs.fetch as string[];
  return done(pages.join(' ').split(' ').length);
};
const shout: Handler = async (_task, { inputs }) => done((inputs.fetch as string[]).map((page) => page.toUpperCase()));
const report: Handler = async (_task, { inputs }) => done(`${inputs.words} words, loud: ${inputs.shout}`);

const graph = {
  nodes: [
    { id: 'fetch', task: { goal: 'fetch the pages' }, use: fetchPages },
    { id: 'words', task: { goal: 'count the words' }, use: countWords, dependsOn: ['fetch'] },
    { id: 'shout', task: { goal: 'make it loud' }, use: shout, dependsOn: ['fetch'] },
    { id: 'translate', task: { goal: 'translate' }, use: shout, dependsOn: ['fetch'], when: () => false },
    { id: 'report', task: { goal: 'report' }, use: report, dependsOn: ['words', 'shout', 'translate'] },
  ],
};
console.log(levels(graph));

const running = run(graph);
for await (const { type, node } of running) console.log(type, node ?? '');
assert.equal((await running.result).report, '4 words, loud: A PAGE,ANOTHER PAGE');
assert.equal(running.states().translate, 'skipped');
