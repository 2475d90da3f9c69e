// A production workflow: fixed steps, and somebody who writes code at one of them. The code is tested, repaired and tested
// again, a bounded number of times; only code that passes is committed.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRuntime, RexError } from 'hrm-rex';
import { type CodeWriter, languageAgent, toolAgent } from 'hrm-rex/agents';
import { done, type GraphSpec, type Handler, run } from 'hrm-rex/orchestration';

// Who writes: here by rule, wrong at first. A ChatModel can take this place.
const write: CodeWriter = async ({ goal }, last) => {
  console.log(last ? `repair: ${last.summary.split('\n')[0]}` : `write: ${goal}`);
  const operator = last ? '%' : '/';
  return `exports.isEven = (n) => n ${operator} 2 === 0;\n`;
};
const tests = `
  const { isEven } = require('./main.js');
  require('node:assert').deepEqual([1, 2, 3, 4].map(isEven), [false, true, false, true]);
`;

const classify: Handler = async ({ input }) => done(String(input).startsWith('write') ? 'code' : 'general');
const general: Handler = async ({ goal }) => done(`a general agent looks at: ${goal}`);
const format: Handler = async (_task, { inputs }) =>
  done({ kind: inputs.classify ?? null, answer: inputs.commit ?? inputs.general ?? null });

function workflow(request: string, directory: string): GraphSpec {
  const is = (kind: string) => (inputs: Readonly<Record<string, unknown>>) => inputs.classify === kind;
  return {
    nodes: [
      { id: 'classify', task: { goal: 'classify', input: request }, use: classify },
      {
        id: 'workspace',
        task: { goal: 'make a workspace', input: { steps: ['init'] } },
        use: 'git',
        dependsOn: ['classify'],
        when: is('code'),
      },
      { id: 'code', task: { goal: request, input: { tests, directory } }, use: 'javascript', dependsOn: ['workspace'] },
      {
        id: 'commit',
        task: { goal: 'keep it', input: { steps: ['add', 'commit'], values: { message: request } } },
        use: 'git',
        dependsOn: ['code'],
      },
      { id: 'general', task: { goal: request }, use: general, dependsOn: ['classify'], when: is('general') },
      { id: 'format', task: { goal: 'answer' }, use: format, dependsOn: ['classify', 'commit', 'general'] },
    ],
  };
}

const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-production-'));
await using runtime = new LocalRuntime({ cwd: directory });
try {
  const handlers = (maxAttempts: number) => ({
    git: toolAgent('git', { runtime, cwd: directory }).handle,
    javascript: languageAgent('javascript', { runtime, write, maxAttempts }).handle,
  });
  const request = 'write a function that knows even numbers';
  const outputs = await run(workflow(request, directory), { handlers: handlers(3) }).result;
  const code = outputs.code as { readonly success: boolean; readonly summary: string };
  assert.deepEqual([code.success, code.summary], [true, 'passed the tests']);
  const { stdout } = await runtime.execute(['git', 'log', '--format=%s'], { cwd: directory });
  assert.equal(stdout, `${request}\n`);
  console.log('committed:', stdout.trim());

  // With one attempt there is no repair: the run fails, and says why.
  await assert.rejects(run(workflow(request, directory), { handlers: handlers(1) }).result, (error) => {
    assert.ok(RexError.is(error, 'NODE_FAILED'));
    assert.equal(error.context.error.code, 'CODE_FAILED');
    return true;
  });
  const other = await run(workflow('look around', directory), { handlers: handlers(1) }).result;
  assert.deepEqual(other.format, { kind: 'general', answer: 'a general agent looks at: look around' });
} finally {
  await rm(directory, { recursive: true });
}
