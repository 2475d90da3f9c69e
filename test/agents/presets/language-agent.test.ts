import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ChatModel, ChatRequest } from '../../../src/agents/model/chat-model.ts';
import { checkExercise } from '../../../src/agents/presets/languages/check-exercise.ts';
import { codeResultSchema } from '../../../src/agents/presets/languages/code-result.ts';
import { codeTool } from '../../../src/agents/presets/languages/code-tool.ts';
import { checkTools } from '../../../src/agents/presets/languages/find-toolchain.ts';
import { type LanguageAgentOptions, languageAgent } from '../../../src/agents/presets/languages/language-agent.ts';
import { findLanguage, languages } from '../../../src/agents/presets/languages/languages.ts';
import { runCode } from '../../../src/agents/presets/languages/run-code.ts';
import { RexError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/json.ts';
import { run } from '../../../src/orchestration/engine/run.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError, expectThrown } from '../../../src/testing/contract/expect-error.ts';

const runtime = new LocalRuntime();
after(() => runtime.close());

/** Gives a task to an agent for JavaScript. */
async function work(input: Json, options: Partial<LanguageAgentOptions> = {}) {
  const { handle } = languageAgent('js', { runtime, ...options });
  try {
    const outputs = await run({ nodes: [{ id: 'node', task: { goal: 'double a number', input }, use: handle }] })
      .result;
    return { result: codeResultSchema.parse(outputs.node), code: undefined, message: '' };
  } catch (error) {
    assert.ok(RexError.is(error, 'NODE_FAILED'));
    return { result: undefined, ...error.context.error };
  }
}

const wrong = 'console.log(+require("fs").readFileSync(0, "utf8") + 2)';
const right = 'console.log(+require("fs").readFileSync(0, "utf8") * 2)';
const cases = [{ stdin: '21', stdout: '42\n' }];

test('code that passes is a result, code that fails fails the task in words', async () => {
  assert.equal((await work({ code: right, cases })).result?.summary, 'passed all 1 cases');
  const failed = await work({ code: wrong, cases });
  assert.equal(failed.code, 'CODE_FAILED');
  assert.match(failed.message, /expected "42", got "23"/);
  assert.equal((await work({ code: wrong, cases }, { onFailure: 'return' })).result?.status, 'failed');
  assert.equal((await work({ code: right, oops: 1 })).code, 'INVALID_ARGUMENT');
  assert.equal((await work({})).code, 'INVALID_ARGUMENT');
});

test('a model writes, is told what is wrong, and its repair is run again', async () => {
  const requests: ChatRequest[] = [];
  const answers = [`Here:\n\`\`\`js\n${wrong}\n\`\`\`\n`, `\`\`\`js\n${right}\n\`\`\``];
  const model: ChatModel = {
    name: 'scripted',
    async *stream(request) {
      requests.push(request);
      yield { type: 'text', text: answers[requests.length - 1] ?? 'nothing' };
      yield { type: 'finish', reason: 'stop', usage: {} };
    },
  };
  const { result } = await work({ cases }, { write: model });
  assert.equal(result?.code, `${right}\n`);
  const last = requests[1]?.messages.at(-1);
  assert.match(last?.role === 'user' ? last.content : '', /^It fails: 1 of 1 cases failed; case 1: stdout differs/);
  assert.equal(requests.length, 2);
  assert.equal((await work({ cases }, { write: async () => wrong, maxAttempts: 2 })).code, 'CODE_FAILED');
});

test('the tool run_code answers what an exercise answers, output cut short', async () => {
  const tool = codeTool({ runtime });
  const context = { signal: new AbortController().signal, callId: 'call', progress: () => {} };
  const result = codeResultSchema.parse(
    await tool.call({ language: 'javascript', code: 'console.log("x".repeat(50000))' }, context),
  );
  assert.ok(result.success && result.execution.stdout.length < 9000);
  await expectError(tool.call({ language: 'klingon', code: '' }, context), 'UNSUPPORTED');
  await expectError(tool.call({ code: '' }, context), 'TOOL_INPUT_INVALID');
});

test('several files, a directory that stays, and names of one’s own work; paths outside are refused', async () => {
  const files = {
    'app.mjs': 'import { word } from "./lib/word.mjs"; console.log(word);',
    'lib/word.mjs': 'export const word = "hi";',
  };
  const directory = `/tmp/hrm-rex-kept-${process.pid}`;
  await runtime.files.write(`${directory}/package.json`, '{ "type": "module", "name": "mine" }');
  const result = await runCode(runtime, { language: 'node', files, main: 'app.mjs', directory });
  assert.equal(result.execution.stdout, 'hi\n');
  assert.deepEqual(
    (await runtime.files.list(directory)).map(({ name }) => name),
    ['app.mjs', 'lib', 'package.json'],
  );
  assert.match(await runtime.readFile(`${directory}/package.json`), /mine/);
  await runtime.files.remove(directory, { recursive: true });
  for (const path of ['../x.js', '/etc/x.js', '']) {
    await expectError(runCode(runtime, { language: 'js', code: '', files: { [path]: '' } }), 'INVALID_ARGUMENT');
  }
  await expectError(runCode(runtime, { language: 'js' }), 'INVALID_ARGUMENT');
  await expectError(checkExercise(runtime, { language: 'js', code: '' }), 'INVALID_ARGUMENT');
});

test('an abort ends what runs and is no result; nothing is left behind', async () => {
  const before = (await runtime.files.list('/tmp')).filter(({ name }) => name.startsWith('hrm-rex-code-')).length;
  const abort = new AbortController();
  const running = runCode(runtime, {
    language: 'js',
    code: 'setInterval(() => {}, 1000)',
    timeoutMs: 600_000,
    signal: abort.signal,
  });
  abort.abort();
  await expectError(running, 'COMMAND_ABORTED');
  const now = (await runtime.files.list('/tmp')).filter(({ name }) => name.startsWith('hrm-rex-code-')).length;
  assert.ok(now <= before);
});

test('languages are found by name and alias, and say which of their tools are there', async () => {
  for (const [alias, name] of Object.entries({
    PY: 'python',
    node: 'javascript',
    ts: 'typescript',
    rs: 'rust',
    golang: 'go',
    'C++': 'c++',
    cpp: 'c++',
  })) {
    assert.equal(findLanguage(alias).name, name);
  }
  expectThrown(() => findLanguage('cobol'), 'UNSUPPORTED');
  const [node] = await checkTools({ runtime }, languages.javascript);
  assert.deepEqual([node?.found, node?.version.startsWith('v')], [true, true]);
  await using bare = new LocalRuntime({ env: { PATH: '/nowhere' } });
  const missing = await checkTools({ runtime: bare }, languages.rust);
  assert.deepEqual(
    missing.map(({ name, found }) => [name, found]),
    [
      ['cargo', false],
      ['rustc', false],
    ],
  );
});
