import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { callTool, connect, connectTo } from './support.ts';

test('sandboxes are made, listed and destroyed; what is gone is told', async () => {
  await using pair = await connect();
  const { value: made } = await pair.call('sandbox_create', { label: 'first' });
  await pair.call('exec', { sandbox: made.sandbox, command: 'echo x > kept.txt' });
  const { value: job } = await pair.call('exec', { sandbox: made.sandbox, command: 'sleep 60', wait_s: 0 });
  const { value: list } = await pair.call('sandbox_list');
  assert.deepEqual(list.sandboxes, [{ ...made, label: 'first', sessions: [], jobs: [job.job] }]);
  assert.deepEqual((await pair.call('sandbox_destroy', { sandbox: made.sandbox })).value, { destroyed: made.sandbox });
  const gone = await pair.call('exec', { sandbox: made.sandbox, command: 'true' });
  assert.equal(gone.isError, true);
  assert.match(gone.text, /HANDLE_UNKNOWN: sandbox sb_\w+ is gone: it was destroyed/);
  assert.equal((await pair.call('job_read', { job: job.job })).value.status, 'killed');
});

test('mistakes are results that a model can act on', async () => {
  await using pair = await connect({ limits: { maxSandboxes: 1 } });
  const cases: [string, object, RegExp][] = [
    ['exec', { command: 5 }, /TOOL_INPUT_INVALID: .*command.*expected string/],
    ['exec', {}, /TOOL_INPUT_INVALID: .*command/],
    ['exec', { command: 'true', comand: 'x' }, /comand/],
    [
      'exec',
      { command: 'true', sandbox: 'sb_none' },
      /HANDLE_UNKNOWN: no sandbox sb_none\nMake one with sandbox_create/,
    ],
    ['exec', { command: 'true', session: 'ses_none' }, /HANDLE_UNKNOWN: no session ses_none/],
    ['exec', { command: 'x'.repeat(3_000_000) }, /COMMAND_NOT_STARTED/],
    ['exec', { command: 'cat', session: 'new', stdin: 'x' }, /here-document/],
    ['job_read', { job: 'job_none' }, /HANDLE_UNKNOWN: no job/],
    ['agent_status', { run: 'run_none' }, /HANDLE_UNKNOWN: no run/],
    ['agent_run', { task: 'x', agent: 'nobody' }, /AGENT_UNKNOWN: .*nobody"\nThere are: shell/],
    [
      'sandbox_create',
      { deployment: 'moon' },
      /INVALID_ARGUMENT: there is no deployment "moon": one of local|LIMIT_EXCEEDED/,
    ],
    ['file_write', { path: 'a', content: 'x', mode: 'replace' }, /INVALID_ARGUMENT: old/],
    ['file_search', {}, /a pattern or a glob/],
    ['nothing', {}, /TOOL_UNKNOWN: no tool "nothing"\nThere are: sandbox_create/],
  ];
  for (const [name, input, message] of cases) {
    const answer = await pair.call(name, input);
    assert.equal(answer.isError, true, name);
    assert.match(answer.text, message);
    assert.ok(answer.text.length < 5000, name);
  }
  assert.match((await pair.call('sandbox_create')).text, /LIMIT_EXCEEDED: .*\nDestroy one with sandbox_destroy/);
  assert.equal((await pair.call('exec', { command: 'echo still here' })).value.stdout, 'still here\n');
});

test('no path and no link leads a file tool or a resource out of the sandbox', async () => {
  await using pair = await connect();
  const { value } = await pair.call('sandbox_create');
  const { sandbox, workspace } = value;
  await symlink('/etc', join(workspace, 'etc'));
  await symlink('/etc/passwd', join(workspace, 'passwd'));
  await symlink('/tmp/not-yet-there', join(workspace, 'dangling'));
  for (const path of [
    '/etc/passwd',
    '../../etc/passwd',
    'etc/passwd',
    'passwd',
    'etc',
    'etc/../../etc/passwd',
    'sub/../../x',
  ]) {
    const read = await pair.call('file_read', { sandbox, path });
    assert.equal(read.isError, true, path);
    assert.doesNotMatch(read.text, /root:/);
    const uri = `sandbox://${sandbox}/${path.startsWith('/') ? `%2F${path.slice(1)}` : path}`;
    await assert.rejects(pair.client.readResource({ uri }), uri);
  }
  for (const path of ['dangling', 'etc/hrm-rex-new', '../outside', '/tmp/hrm-rex-outside']) {
    for (const mode of ['overwrite', 'append', 'create']) {
      const written = await pair.call('file_write', { sandbox, path, content: 'x', mode });
      assert.match(written.text, /PATH_ESCAPE|FILE_EXISTS/, `${mode} ${path}`);
    }
  }
  for (const path of ['etc', '..', '/etc']) {
    const found = await pair.call('file_search', { sandbox, path, pattern: 'root' });
    assert.ok(found.isError || found.value.matches.length === 0, path);
  }
});

test('files are read by lines, written in every mode, and searched', async () => {
  await using pair = await connect();
  const { value: made } = await pair.call('sandbox_create');
  const call = (name: string, input: object) => pair.call(name, { sandbox: made.sandbox, ...input });
  assert.deepEqual((await call('file_write', { path: 'src/a.ts', content: 'one\ntwo\nthree\n' })).value, {
    path: 'src/a.ts',
    written: 14,
  });
  assert.deepEqual((await call('file_read', { path: 'src/a.ts', line: 2, limit: 1 })).value, {
    text: 'two\n',
    total: 3,
    next: 3,
  });
  await call('file_write', { path: 'src/a.ts', content: 'TWO', old: 'two', mode: 'replace' });
  await call('file_write', { path: 'src/a.ts', content: 'four\n', mode: 'append' });
  assert.equal((await call('file_read', { path: 'src/a.ts' })).value.text, 'one\nTWO\nthree\nfour\n');
  assert.match((await call('file_write', { path: 'src/a.ts', content: '', mode: 'create' })).text, /FILE_EXISTS/);
  assert.match(
    (await call('file_write', { path: 'src/a.ts', content: 'x', old: 'nine', mode: 'replace' })).text,
    /EDIT_REFUSED/,
  );
  assert.deepEqual((await call('file_read', { path: 'src' })).value, { text: 'a.ts\n', total: 1 });
  assert.deepEqual((await call('file_search', { pattern: '^T[A-Z]+' })).value, {
    matches: [{ path: 'src/a.ts', line: 2, text: 'TWO' }],
    truncated: false,
  });
  assert.deepEqual((await call('file_search', { glob: '*.ts', path: 'src' })).value.matches, [{ path: 'src/a.ts' }]);
  await writeFile(join(made.workspace, 'binary'), Buffer.from([1, 0, 2]));
  assert.match((await call('file_read', { path: 'binary' })).text, /FILE_NOT_TEXT.*\n.*sandbox:\/\//);
  const { contents } = await pair.client.readResource({ uri: `sandbox://${made.sandbox}/binary` });
  assert.equal((contents[0] as { blob: string }).blob, 'AQAC');
});

test("another owner's handles do not exist", async () => {
  await using pair = await connect();
  const other = await connectTo(pair.provider, 'other');
  const { value: made } = await pair.call('sandbox_create');
  const { value: job } = await pair.call('exec', { sandbox: made.sandbox, command: 'echo secret', session: 'new' });
  const { value: run } = await pair.call('agent_run', { task: 'true' });
  const attempts: [string, object][] = [
    ['exec', { sandbox: made.sandbox, command: 'true' }],
    ['sandbox_destroy', { sandbox: made.sandbox }],
    ['exec', { session: job.session, command: 'true' }],
    ['job_read', { job: job.job }],
    ['job_cancel', { job: job.job }],
    ['file_read', { sandbox: made.sandbox, path: '.' }],
    ['agent_status', { run: run.run }],
    ['agent_cancel', { run: run.run }],
  ];
  for (const [name, input] of attempts)
    assert.match((await callTool(other, name, input)).text, /HANDLE_UNKNOWN: no /, name);
  for (const uri of [`job://${job.job}/log`, `sandbox://${made.sandbox}/`, `run://${run.run}/events`]) {
    await assert.rejects(other.readResource({ uri }), /HANDLE_UNKNOWN/);
  }
  const listed = JSON.stringify(await other.listResources());
  assert.ok(!listed.includes(made.sandbox) && !listed.includes(job.job) && !listed.includes(run.run));
  assert.ok(!JSON.stringify((await callTool(other, 'sandbox_list')).value).includes(made.sandbox));
  const complete = await other.complete({
    ref: { type: 'ref/resource', uri: 'job://{id}/log' },
    argument: { name: 'id', value: '' },
  });
  assert.deepEqual(
    complete.completion.values.filter((id) => id === job.job),
    [],
  );
  await pair.provider.release('local');
  assert.match((await pair.call('job_read', { job: job.job })).text, /its owner left/);
  await other.close();
});

test('a sandbox that nobody uses is destroyed', async () => {
  let now = 0;
  const timers: (() => void)[] = [];
  const clock = {
    now: () => now,
    setTimer: (_: number, callback: () => void) => {
      timers.push(callback);
      return () => {};
    },
  };
  await using pair = await connect({ clock, limits: { idleSandboxMs: 1000 } });
  const { value } = await pair.call('sandbox_create');
  now = 2000;
  timers.pop()?.();
  assert.match((await pair.call('file_read', { sandbox: value.sandbox, path: '.' })).text, /nobody used it for long/);
});
