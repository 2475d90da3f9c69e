import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type SandboxToolsOptions, sandboxTools } from '../../../src/agents/toolbox/sandbox-tools.ts';
import type { ToolContext } from '../../../src/agents/tools/tool.ts';
import { RexError } from '../../../src/core/errors.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';

const context: ToolContext = { signal: new AbortController().signal, callId: 'call', progress: () => {} };

/** A toolbox in a directory of its own, with a function that calls its tools. */
async function open(test: TestContext, options: Partial<SandboxToolsOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'hrm-rex-tools-'));
  const runtime = new LocalRuntime();
  const tools = sandboxTools({ runtime, root, ...options });
  test.after(async () => {
    await tools[Symbol.asyncDispose]();
    await runtime.close();
    await rm(root, { recursive: true });
  });
  const find = (name: string) => tools.find((tool) => tool.name === name) ?? assert.fail(`no tool ${name}`);
  const call = (name: string, input: JsonObject, more: Partial<ToolContext> = {}) =>
    find(name).call(input, { ...context, ...more });
  return { root, runtime, tools, find, call };
}

const fields = (value: Json, ...names: string[]) => names.map((name) => (value as JsonObject)[name]);

test('a shell keeps its directory; output is cut to head and tail; exit codes are told', async (test) => {
  const { call, root } = await open(test, { maxOutputLength: 300 });
  assert.deepEqual(await call('run_command', { command: 'pwd; mkdir sub; cd sub; X=1' }), {
    state: 'ended',
    exitCode: 0,
    output: `${root}\n`,
  });
  assert.deepEqual(
    await call('run_command', { command: 'echo $X; basename "$PWD"; exit_code() { return 3; }; exit_code' }),
    { state: 'ended', exitCode: 3, output: '1\nsub\n' },
  );
  const [long] = fields(await call('run_command', { command: 'seq 1000' }), 'output') as [string];
  assert.match(long, /^1\n2\n[\s\S]*characters left out[\s\S]*\n1000\n$/);
  assert.ok(long.length < 400);
});

test('a command that takes too long is ended or goes on as a job, and the shell can be used on', async (test) => {
  const { call, root } = await open(test, { jobAfterMs: 2000 });
  const ended = await call('run_command', { command: 'echo before; sleep 1000', timeoutMs: 300 });
  assert.deepEqual(fields(ended, 'state', 'exitCode', 'output'), ['timeout', null, 'before\n']);

  const detached = await call('run_command', {
    command: 'mkdir inner; cd inner; echo started; read -t 1000 line < <(sleep 1000)',
  });
  assert.deepEqual(fields(detached, 'state', 'exitCode', 'output', 'job'), ['running', null, 'started\n', 'job-1']);
  assert.deepEqual(fields(await call('run_command', { command: 'pwd' }), 'output'), [`${root}/inner\n`]);
  assert.deepEqual(await call('list_jobs', {}), [
    { job: 'job-1', command: 'mkdir inner; cd inner; echo started; read -t 1000 line < <(sleep 1000)', running: true },
  ]);
  assert.deepEqual(fields(await call('stop_job', { job: 'job-1' }), 'state'), ['ended']);

  const closed = await call('run_command', { command: 'exit 7' });
  assert.deepEqual(fields(closed, 'state', 'exitCode'), ['shell-ended', 7]);
  assert.deepEqual(fields(await call('run_command', { command: 'echo back' }), 'output'), ['back\n']);
});

test('a job is started, read from where one was, written to and stopped', async (test) => {
  const { call } = await open(test);
  const [job] = fields(
    await call('start_job', { command: 'echo ready; while read line; do echo "got $line"; done; echo over' }),
    'job',
  ) as [string];
  const first = await call('read_job', { job, waitMs: 30_000 });
  assert.deepEqual(fields(first, 'state', 'output'), ['running', 'ready\n']);
  await call('write_job', { job, text: 'ä\n' });
  assert.deepEqual(fields(await call('read_job', { job, waitMs: 30_000 }), 'output'), ['got ä\n']);
  await call('write_job', { job, text: '', end: true });
  let [state, output] = ['running', ''] as Json[];
  while (state === 'running') {
    const report = await call('read_job', { job, waitMs: 30_000 });
    [state] = fields(report, 'state');
    output = `${output}${fields(report, 'output')}`;
  }
  assert.equal(output, 'over\n');
  const again = await call('read_job', { job, after: 0 });
  assert.deepEqual(fields(again, 'exitCode', 'output'), [0, 'ready\ngot ä\nover\n']);
  await expectError(call('read_job', { job: 'job-9' }), 'PROCESS_NOT_FOUND');
});

test('files are read in windows, written, edited and searched; faults are typed', async (test) => {
  const { call } = await open(test);
  assert.equal(
    await call('write_file', { path: 'src/a.py', content: 'def f():\n    return 1\n' }),
    'made src/a.py: 2 lines, 22 bytes',
  );
  assert.equal(
    await call('read_file', { path: 'src/a.py' }),
    '[src/a.py: lines 1-2 of 2]\n1| def f():\n2|     return 1',
  );
  assert.equal(
    await call('read_file', { path: 'src/a.py', startLine: -1 }),
    '[src/a.py: lines 2-2 of 2]\n2|     return 1',
  );
  assert.equal(
    await call('edit_file', { path: 'src/a.py', oldText: 'return 1', newText: 'return 2' }),
    '1 replaced\n[src/a.py: lines 1-3 of 3]\n1| def f():\n2|     return 2\n3| ',
  );
  assert.equal(
    await call('search_files', { pattern: 'return' }),
    '[1 lines in 1 files; 1 files searched]\nsrc/a.py:2:     return 2',
  );
  assert.equal(await call('find_files', { include: ['*.py'] }), '1 files\nsrc/a.py');
  assert.equal(await call('read_file', { path: '.' }), '[.: directory, 1 entries]\nsrc/');
  await call('run_command', { command: 'head -c 10 /dev/zero > zero' });
  assert.equal(await call('read_file', { path: 'zero' }), '[zero: binary, 10 bytes]');
  await expectError(call('edit_file', { path: 'src/a.py', oldText: 'nothing', newText: 'x' }), 'EDIT_REFUSED');
  await expectError(call('read_file', { path: 'none' }), 'FILE_NOT_FOUND');
  await expectError(call('read_file', { path: 5 }), 'TOOL_INPUT_INVALID');
});

test('no path leaves the root, and a read-only toolbox cannot change anything', async (test) => {
  const { call, root } = await open(test);
  await symlink('/etc', join(root, 'link'));
  for (const path of ['/etc/passwd', '../x', 'link/passwd']) {
    await expectError(call('read_file', { path }), 'PATH_ESCAPE');
    await expectError(call('write_file', { path, content: '' }), 'PATH_ESCAPE');
    await expectError(call('edit_file', { path, oldText: 'a', newText: 'b' }), 'PATH_ESCAPE');
  }
  await expectError(call('search_files', { pattern: 'root', path: '/etc' }), 'PATH_ESCAPE');
  assert.deepEqual(
    (await open(test, { readOnly: true })).tools.map(({ name }) => name),
    ['read_file', 'search_files', 'find_files'],
  );
});

test('calls of the same file share a resource, commands have the workspace for themselves', async (test) => {
  const { find, root } = await open(test, { approve: ['run_command'] });
  const keys = (name: string, input: JsonObject) =>
    find(name)
      .resources(input)
      .map(({ key, mode }) => `${mode} ${key}`);
  assert.deepEqual(keys('edit_file', { path: './a/../b', oldText: 'x', newText: 'y' }), [
    `read workspace:${root}`,
    `write file:${root}/b`,
  ]);
  assert.deepEqual(keys('read_file', { path: `${root}/b` }), [`read workspace:${root}`, `read file:${root}/b`]);
  assert.ok(keys('run_command', { command: 'x' }).includes(`write workspace:${root}`));
  assert.equal(find('run_command').needsApproval({ command: 'x' }), true);
  assert.equal(find('edit_file').needsApproval({ path: 'a', oldText: 'x', newText: 'y' }), false);
});

test('a session that was handed in is used and stays; an abort ends the command', async (test) => {
  const { runtime } = await open(test);
  const session = await runtime.createSession({ loadRc: false });
  const tools = sandboxTools({ runtime, session });
  const run = tools[0] ?? assert.fail();
  await run.call({ command: 'HERE=yes' }, context);
  const abort = new AbortController();
  const calling = run.call({ command: 'sleep 1000' }, { ...context, signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(calling, (error) => RexError.is(error, 'COMMAND_ABORTED'));
  await tools[Symbol.asyncDispose]();
  assert.equal((await session.run('echo $HERE')).output, 'yes\n');
});
