import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChatModel } from 'hrm-rex/agents';
import { memoryJournal, run } from 'hrm-rex/orchestration';
import { LocalRuntime } from 'hrm-rex/sandbox';
import { scriptedModel } from 'hrm-rex/testing';
import { configuredModel } from '../../../src/cli/demo/agents/model.ts';
import { makeCrew } from '../../../src/cli/demo/crew.ts';
import { openAiServer, type ServerTurn } from '../../agents/model/openai-server.ts';

const guardClause = '  if (pattern.length !== parts.length) return undefined;\n';
const right = `  if (pattern.at(-1) === '*') {
    const head = match(pattern.slice(0, -1), parts.slice(0, pattern.length - 1));
    return head && { ...head, '*': parts.slice(pattern.length - 1).join('/') };
  }
${guardClause}`;

interface Patched {
  readonly state: string;
  readonly summary: string;
  readonly subjects: string[];
}

/** What becomes of a patch that a model writes by a script. */
async function patchWith(newText: string): Promise<Patched> {
  const input = { path: 'src/router.js', oldText: guardClause, newText };
  const model = scriptedModel([{ toolCalls: [{ name: 'edit_file', input }] }, 'A star takes the rest of a path']);
  const patched = await patchBy(model);
  model.assertComplete();
  return patched;
}

/** What becomes of a patch that a model writes, and the subjects of the commits after it. */
async function patchBy(model: ChatModel): Promise<Patched> {
  const root = await mkdtemp(join(tmpdir(), 'rex-patch-'));
  await using runtime = new LocalRuntime({ cwd: root });
  const nodes = [
    { id: 'survey', task: { goal: 'survey' }, use: 'workspace surveyor' },
    {
      id: 'patch',
      task: { goal: 'patch', input: { project: 'javascript' } },
      use: 'javascript patcher',
      dependsOn: ['survey'],
    },
  ];
  try {
    const options = {
      runId: 'run',
      journal: memoryJournal(),
      handlers: makeCrew().directory,
      dependencies: { runtime, root, model },
    };
    const { patch: result } = (await run({ nodes }, options).result) as { patch: { state: string; summary: string } };
    const { stdout } = await runtime.execute('cd repair/javascript && git status --porcelain && git log --format=%s');
    return { ...result, subjects: stdout.trim().split('\n') };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test('what a model writes is kept when the tests pass with it', async () => {
  const { state, summary, subjects } = await patchWith(right);
  assert.equal(state, 'repaired', summary);
  assert.equal(subjects[0], 'A star takes the rest of a path');
});

test('what a model writes goes when the tests fail with it', async () => {
  const { state, summary, subjects } = await patchWith('  return undefined;\n');
  assert.deepEqual([state, summary], ['not possible', 'the tests fail with it']);
  assert.equal(subjects[0], 'Depend on tiny-table for the table of results');
});

test('a server of models that is busy, drops connections and answers nonsense gets its patch written all the same', async () => {
  const call = (name: string, input: unknown): ServerTurn => ({
    toolCalls: [{ id: 'call', name, input: input as never }],
  });
  const edit = { path: 'src/router.js', oldText: guardClause, newText: right };
  await using server = await openAiServer([
    'too-many',
    call('no_such_tool', {}),
    call('edit_file', '{"path": "src/'),
    { text: [' '] },
    call('edit_file', edit),
    'reset',
    { text: ['A star takes ', 'the rest of a path'] },
  ]);
  process.env.HRM_REX_MODEL_URL = server.url;
  try {
    const model = await configuredModel();
    assert.ok(model);
    const { state, summary, subjects } = await patchBy(model);
    assert.equal(state, 'repaired', summary);
    assert.equal(subjects[0], 'A star takes the rest of a path');
    assert.equal(server.bodies.length, 7);
  } finally {
    delete process.env.HRM_REX_MODEL_URL;
  }
});

test('a server of models that refuses fails the patch with its reason, and nothing is left half-written', async () => {
  await using server = await openAiServer({ failure: 'refuses' });
  process.env.HRM_REX_MODEL_URL = server.url;
  try {
    const model = await configuredModel();
    assert.ok(model);
    await assert.rejects(patchBy(model), /MODEL_FAILED|no such key/);
    assert.equal(server.bodies.length, 1);
  } finally {
    delete process.env.HRM_REX_MODEL_URL;
  }
});
