import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { connect } from './support.ts';

test('standard error and the exit code of a command that fails at once are there', async () => {
  await using pair = await connect();
  const { value, isError } = await pair.call('exec', { command: 'echo out; echo wrong >&2; exit 7' });
  assert.equal(isError, false);
  assert.deepEqual([value.status, value.exit_code, value.stdout, value.stderr], ['exited', 7, 'out\n', 'wrong\n']);
  assert.equal((await pair.call('job_read', { job: value.job })).value.text, 'out\nwrong\n');
});

test('a command that takes long gives a handle, and its output goes on from there', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', {
    command: 'echo first; read line; echo "got $line"; exit 3',
    interactive: true,
    wait_s: 0.2,
  });
  assert.equal(value.status, 'running');
  assert.equal(value.stdout, 'first\n');
  await pair.call('job_input', { job: value.job, text: 'second', key: 'enter' });
  const rest = await pair.call('job_read', { job: value.job, offset: value.next, wait_s: 20 });
  assert.equal(rest.value.text, 'got second\n');
  const end = await pair.call('job_read', { job: value.job, offset: rest.value.next, wait_s: 20 });
  assert.deepEqual([end.value.status, end.value.exit_code, end.value.text], ['exited', 3, '']);
  const late = await pair.call('job_input', { job: value.job, text: 'x' });
  assert.equal(late.isError, true);
  assert.match(late.text, /PROCESS_ENDED/);
});

test('long output is cut in the middle; all of it is in the log', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', { command: 'seq 1 100000; echo done >&2' });
  assert.equal(value.truncated, true);
  assert.ok(value.stdout.length < 14_000);
  assert.match(value.stdout, /^1\n2\n[\s\S]*bytes omitted[\s\S]*\n100000\n$/);
  assert.equal(value.stderr, 'done\n');
  let text = '';
  for (let offset = 0; ; ) {
    const { value: part } = await pair.call('job_read', { job: value.job, offset, limit: 65_536 });
    assert.equal(part.offset, offset);
    text += part.text;
    if (part.next === part.total) break;
    offset = part.next;
  }
  assert.equal(text, `${Array.from({ length: 100_000 }, (_, index) => index + 1).join('\n')}\ndone\n`);
  const { value: tail } = await pair.call('job_read', { job: value.job, offset: -20 });
  assert.ok(tail.text.endsWith('100000\ndone\n'));
  const { contents } = await pair.client.readResource({ uri: `job://${value.job}/log` });
  assert.equal((contents[0] as { text: string }).text, text);
});

test('standard input, directory and environment reach the command; without input it waits for none', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', {
    command: 'mkdir -p sub; cat; echo "$WHO"',
    stdin: 'given\n',
    env: { WHO: 'me' },
  });
  assert.equal(value.stdout, 'given\nme\n');
  assert.match((await pair.call('exec', { command: 'pwd; cat', cwd: 'sub' })).value.stdout, /\/sub\n$/);
  const missing = await pair.call('exec', { command: 'true', cwd: 'nowhere' });
  assert.match(missing.text, /COMMAND_NOT_STARTED/);
});

test('a session keeps directory, variables and functions', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', {
    command: 'mkdir deep; cd deep; X=5; f() { echo "f $X"; }',
    session: 'new',
  });
  assert.match(value.session, /^ses_/);
  const again = await pair.call('exec', { command: 'f; basename "$PWD"; echo bad >&2; false', session: value.session });
  assert.deepEqual([again.value.stdout, again.value.stderr, again.value.exit_code], ['f 5\ndeep\n', 'bad\n', 1]);
  const slow = await pair.call('exec', { command: 'sleep 60', session: value.session, wait_s: 0 });
  const ended = await pair.call('job_cancel', { job: slow.value.job });
  assert.equal(ended.value.status, 'killed');
  assert.equal((await pair.call('exec', { command: 'f', session: value.session })).value.stdout, 'f 5\n');
  const over = await pair.call('exec', { command: 'exit 4', session: value.session });
  assert.deepEqual([over.value.exit_code, over.value.note], [4, 'the script ended the session']);
  assert.match(
    (await pair.call('exec', { command: 'f', session: value.session })).text,
    /HANDLE_UNKNOWN: .*its shell has ended/,
  );
});

test('timeout_s kills a command and keeps what it printed', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', { command: 'echo before; sleep 60', timeout_s: 0.3 });
  assert.deepEqual([value.status, value.stdout, value.note], ['timeout', 'before\n', 'ended by timeout_s']);
});

test('cancelling a request or a job ends the whole tree of processes', async () => {
  const variable = 'HRM_REX_MCP_TEST';
  const env = { [variable]: 'tree' };
  await using pair = await connect();
  const cancelling = new AbortController();
  const call = pair.call('exec', { command: 'sleep 61 & sleep 62', env }, { signal: cancelling.signal });
  while ((await leftoverProcesses({ variable })).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  cancelling.abort();
  await assert.rejects(call);
  assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 10_000 }), []);
  const { value } = await pair.call('exec', { command: '(setsid sleep 63 &) ; sleep 64', env, wait_s: 0.2 });
  assert.equal((await pair.call('job_cancel', { job: value.job })).value.status, 'killed');
  assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 10_000 }), []);
});

test('code runs in its language', async () => {
  await using pair = await connect();
  const js = await pair.call('run_code', {
    language: 'javascript',
    code: 'import { sep } from "node:path"; console.log(await sep)',
  });
  assert.equal(js.value.stdout, '/\n');
  const typed = await pair.call('run_code', { language: 'typescript', code: 'const x: number = 1; console.log(x)' });
  const canStrip = 'typescript' in process.features && process.features.typescript !== false;
  if (canStrip) assert.equal(typed.value.stdout, '1\n');
  else assert.match(typed.value.note, /TypeScript needs Node 22\.18/);
  const bash = await pair.call('run_code', { language: 'bash', code: 'cat <<X\n$((6 * 7))\nX' });
  assert.equal(bash.value.stdout, '42\n');
  const python = await pair.call('run_code', {
    language: 'python',
    code: 'import sys\nprint(sys.stdin.read())',
    stdin: 'in',
  });
  assert.equal(python.value.stdout, 'in\n');
});

test('a client that wants progress hears of a command that takes its time', async () => {
  await using pair = await connect();
  const told: unknown[] = [];
  await pair.client.callTool({ name: 'exec', arguments: { command: 'echo x; sleep 1.5' } }, undefined, {
    onprogress: ({ progress, message }) => told.push(progress, message),
  });
  assert.deepEqual(told.slice(0, 2), [1, '2 bytes of output']);
});
