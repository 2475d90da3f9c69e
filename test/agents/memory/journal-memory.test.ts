import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AgentMemory, agent, journalMemory } from 'hrm-rex/agents';
import { type Journal, type Json, memoryJournal, openFileJournal, run } from 'hrm-rex/orchestration';
import { type ScriptedTurn, scriptedModel } from 'hrm-rex/testing';

const places: Readonly<Record<string, (use: (open: () => Promise<Journal>) => Promise<void>) => Promise<void>>> = {
  'in memory': async (use) => {
    const journal = memoryJournal();
    await use(async () => ({ ...journal, close: async () => {}, [Symbol.asyncDispose]: async () => {} }));
  },
  'in a file': async (use) => {
    const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-memory-'));
    try {
      await use(() => openFileJournal(join(directory, 'journal')));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** One task of an agent with this memory; what it was told before, and its output. */
async function task(memory: AgentMemory, script: readonly ScriptedTurn[]): Promise<{ told: string; output: Json }> {
  const model = scriptedModel(script);
  const { handle } = agent({ name: 'a', instructions: 'Be brief.' }, { decide: model, memory });
  const { work } = await run({ nodes: [{ id: 'work', task: { goal: 'do it' }, use: handle }] }).result;
  model.assertComplete();
  const [system] = model.requests[0]?.messages ?? [];
  return { told: system?.role === 'system' ? system.content : '', output: work as Json };
}

const call = (name: string, input: Record<string, Json>): ScriptedTurn => ({ toolCalls: [{ name, input }] });
const lastAnswer: ScriptedTurn = ({ messages }) => {
  const last = messages.at(-1);
  return JSON.stringify(last?.role === 'tool' ? last.answers[0]?.output : null);
};

for (const [place, within] of Object.entries(places)) {
  test(`what an agent notes in one task it is told before the next, also by another process (${place})`, () =>
    within(async (open) => {
      {
        await using journal = await open();
        const memory = journalMemory({ journal, name: 'team' });
        const first = await task(memory, [
          call('remember', { topic: 'build', text: 'make needs -j1' }),
          call('remember', { topic: 'tests', text: 'run twice' }),
          call('remember', { topic: 'build', text: 'make needs -j2' }),
          'done',
        ]);
        assert.equal(first.told, 'Be brief.');
      }
      await using journal = await open();
      const memory = journalMemory({ journal, name: 'team' });
      const { told } = await task(memory, [call('forget', { topic: 'tests' }), call('forget', { topic: 'x' }), 'ok']);
      assert.match(told, /Your notes from earlier tasks:\n- build: make needs -j2\n- tests: run twice$/);
      assert.equal(
        await memory.render({ id: 't', goal: 'g', depth: 0 }),
        'Your notes from earlier tasks:\n- build: make needs -j2',
      );
      assert.equal(await journalMemory({ journal, name: 'other' }).render({ id: 't', goal: 'g', depth: 0 }), '');
    }));
}

test('recall finds notes and what was said and answered in earlier tasks', async () => {
  const journal = memoryJournal();
  await task(journalMemory({ journal }), [
    call('remember', { topic: 'port', text: 'the server listens on 8080' }),
    'ok',
  ]);
  const found = await task(journalMemory({ journal }), [call('recall', { words: 'server, PORT!' }), lastAnswer]);
  assert.deepEqual(JSON.parse(String(found.output))[0], 'port: the server listens on 8080');
  const answered = await task(journalMemory({ journal }), [call('recall', { words: 'noted' }), lastAnswer]);
  assert.equal(JSON.parse(String(answered.output)).at(-1), 'tools: remember: "noted: port"');
  const nothing = await task(journalMemory({ journal, name: 'b' }), [call('recall', { words: 'server' }), lastAnswer]);
  assert.deepEqual(nothing.output, '[]');
  const silent = journalMemory({ journal: memoryJournal(), conversations: false });
  assert.equal(silent.append, undefined);
});

test('the notes that an agent is told are bounded, the newest first', async () => {
  const memory = journalMemory({ journal: memoryJournal(), maxCharacters: 40 });
  await task(memory, [
    ...['one', 'two', 'three'].map((topic) => call('remember', { topic, text: 'a note of its own' })),
    'ok',
  ]);
  const told = await memory.render({ id: 't', goal: 'g', depth: 0 });
  assert.deepEqual(told.split('\n').slice(1), [
    '- three: a note of its own',
    '2 older notes are left out: recall finds them.',
  ]);
});

test('notes without a topic or text are told to the model as faults', async () => {
  const memory = journalMemory({ journal: memoryJournal() });
  const { output } = await task(memory, [call('remember', { topic: ' ', text: '' }), lastAnswer]);
  assert.match(String(output), /TOOL_INPUT_INVALID/);
  assert.equal(await memory.render({ id: 't', goal: 'g', depth: 0 }), '');
});
