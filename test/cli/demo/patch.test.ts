import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { memoryJournal, run } from 'hrm-rex/orchestration';
import { LocalRuntime } from 'hrm-rex/sandbox';
import { scriptedModel } from 'hrm-rex/testing';
import { patch } from '../../../src/cli/demo/agents/model.ts';
import { survey } from '../../../src/cli/demo/agents/survey.ts';

const guardClause = '  if (pattern.length !== parts.length) return undefined;\n';
const right = `  if (pattern.at(-1) === '*') {
    const head = match(pattern.slice(0, -1), parts.slice(0, pattern.length - 1));
    return head && { ...head, '*': parts.slice(pattern.length - 1).join('/') };
  }
${guardClause}`;

/** What becomes of a patch that a model writes, and the subjects of the commits after it. */
async function patchWith(newText: string): Promise<{ state: string; summary: string; subjects: string[] }> {
  const root = await mkdtemp(join(tmpdir(), 'rex-patch-'));
  await using runtime = new LocalRuntime({ cwd: root });
  const input = { path: 'src/router.js', oldText: guardClause, newText };
  const model = scriptedModel([{ toolCalls: [{ name: 'edit_file', input }] }, 'A star takes the rest of a path']);
  const nodes = [
    { id: 'survey', task: { goal: 'survey' }, use: 'survey' },
    {
      id: 'patch',
      task: { goal: 'patch', input: { project: 'javascript' } },
      use: 'patch',
      dependsOn: ['survey'],
    },
  ];
  try {
    const options = {
      runId: 'run',
      journal: memoryJournal(),
      handlers: { survey, patch },
      dependencies: { runtime, root, model },
    };
    const { patch: result } = (await run({ nodes }, options).result) as { patch: { state: string; summary: string } };
    model.assertComplete();
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
