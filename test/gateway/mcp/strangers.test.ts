import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createMcpProvider, serveMcpStdio } from '../../../src/gateway/mcp/index.ts';
import type { Handler } from '../../../src/orchestration/index.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { connect } from './support.ts';

interface Reply {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean; readonly content?: readonly { readonly text: string }[] };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A provider behind a stream, and what it answers to lines as they are. */
async function openRaw() {
  const provider = createMcpProvider({ deployments: { local: { type: 'local' } } });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const connection = await serveMcpStdio(provider, { input, output });
  const replies = readline(output);
  const next = async (): Promise<Reply> => JSON.parse((await replies.next()).value as string) as Reply;
  return {
    next,
    send: async (value: unknown): Promise<Reply> => {
      input.write(`${JSON.stringify(value)}\n`);
      return await next();
    },
    [Symbol.asyncDispose]: async () => {
      input.end();
      await connection.closed;
      await provider.close();
    },
  };
}

async function* readline(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let held = '';
  for await (const piece of stream) {
    held += piece.toString();
    for (let end = held.indexOf('\n'); end !== -1; end = held.indexOf('\n')) {
      yield held.slice(0, end);
      held = held.slice(end + 1);
    }
  }
}

test('a call whose arguments are no object is a result that the model can act on; none at all are an empty object', async () => {
  await using raw = await openRaw();
  const call = (params: unknown) => raw.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  for (const given of [[1], 'text', 5, true]) {
    const { result } = await call({ name: 'exec', arguments: given });
    assert.equal(result?.isError, true);
    assert.match(result?.content?.[0]?.text ?? '', /TOOL_INPUT_INVALID: exec: its arguments are an object/);
  }
  for (const given of [null, {}]) {
    const { result } = await call({ name: 'sandbox_list', arguments: given });
    assert.match(result?.content?.[0]?.text ?? '', /"sandboxes":\[\]/);
  }
  assert.match(JSON.stringify(await raw.send({ jsonrpc: '2.0', id: 2, method: 'tools/call' })), /TOOL_UNKNOWN/);
  for (const name of [undefined, 7, 'nothing']) {
    assert.match(
      (await call({ name })).result?.content?.[0]?.text ?? '',
      /TOOL_UNKNOWN: [\s\S]*There are: sandbox_create/,
    );
  }
});

test('what is JSON but no message is answered as such, a batch one by one, and the connection lives on', async () => {
  await using raw = await openRaw();
  const cases: [unknown, unknown][] = [
    [5, null],
    [null, null],
    ['text', null],
    [{}, null],
    [[], null],
    [{ jsonrpc: '2.0', id: 4 }, 4],
    [{ jsonrpc: '1.0', id: 'x', method: 'ping' }, 'x'],
    [{ jsonrpc: '2.0', id: { a: 1 }, method: 'ping' }, null],
  ];
  for (const [value, id] of cases) {
    const reply = await raw.send(value);
    assert.deepEqual([reply.id, reply.error?.code], [id, -32600], JSON.stringify(value));
  }
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
  assert.deepEqual([(await raw.send([ping(1), ping(2)])).id, (await raw.next()).id], [1, 2]);
});

test('a job takes input only where it was promised some, and control and C keeps the exit code of a program that ends by itself', async () => {
  await using pair = await connect();
  const { value: closed } = await pair.call('exec', { command: 'sleep 60', wait_s: 0 });
  assert.match(
    (await pair.call('job_input', { job: closed.job, text: 'x' })).text,
    /PROCESS_ENDED: [\s\S]*interactive: true/,
  );
  const trap = 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.05; done';
  const { value: job } = await pair.call('exec', { command: trap, interactive: true, wait_s: 0 });
  while ((await pair.call('job_read', { job: job.job, wait_s: 20 })).value.text !== 'ready\n');
  assert.deepEqual((await pair.call('job_input', { job: job.job, key: 'ctrl-c' })).value.exit_code, 5);
  assert.equal((await pair.call('job_read', { job: job.job })).value.text, 'ready\ncaught\n');
});

test('a command that leaves a daemon behind answers at once, and the daemon lives as long as its sandbox', async () => {
  const variable = 'HRM_REX_DAEMON_TEST';
  await using pair = await connect();
  const command = 'setsid nohup sleep 600 >/dev/null 2>&1 &';
  const { value } = await pair.call('exec', { command, env: { [variable]: 'daemon' } });
  assert.equal(value.status, 'exited');
  assert.equal((await leftoverProcesses({ variable })).length, 1);
  const [{ sandbox }] = (await pair.call('sandbox_list')).value.sandboxes;
  await pair.call('sandbox_destroy', { sandbox });
  assert.deepEqual(await leftoverProcesses({ variable }), []);
});

test('after the time that a call may wait there is a handle, whatever wait_s says', async () => {
  await using pair = await connect({ limits: { maxWaitMs: 20 } });
  const { value } = await pair.call('exec', { command: 'read x', interactive: true, wait_s: 3600 });
  assert.equal(value.status, 'running');
  const { value: code } = await pair.call('run_code', { language: 'bash', code: 'sleep 60' });
  assert.equal(code.status, 'running');
  const { value: run } = await pair.call('agent_run', { task: '$ sleep 60' });
  assert.equal(run.status, 'running');
  assert.equal((await pair.call('job_read', { job: value.job, wait_s: 3600 })).value.text, '');
});

test('an agent that does not listen to its signal keeps neither a cancelling client nor a closing server waiting', async () => {
  const deaf: Handler = () => new Promise(() => {});
  const pair = await connect({ agents: { deaf }, limits: { maxWaitMs: 20 } });
  const { value } = await pair.call('agent_run', { task: 'x' });
  assert.equal((await pair.call('agent_cancel', { run: value.run })).value.status, 'cancelled');
  await pair.call('agent_run', { task: 'y' });
  await pair[Symbol.asyncDispose]();
});

test('a sandbox in which an agent works is not idle', async () => {
  let now = 0;
  const timers: (() => void)[] = [];
  const clock = {
    now: () => now,
    setTimer: (_: number, callback: () => void, options?: { readonly background?: boolean }) => {
      if (options?.background) timers.push(callback);
      return () => {};
    },
  };
  const waits: Handler = async () => ({ kind: 'wait', for: 'approval', request: 'Go on?' });
  await using pair = await connect({ agents: { waits }, clock, limits: { idleSandboxMs: 1000 } });
  const { value } = await pair.call('agent_run', { task: 'x' });
  now = 5000;
  timers.pop()?.();
  assert.equal((await pair.call('sandbox_list')).value.sandboxes.length, 1);
  await pair.call('agent_cancel', { run: value.run });
});

test('a log is read as a resource while the job runs and after its end', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', { command: 'echo first; read x; echo $x', interactive: true, wait_s: 0 });
  const uri = `job://${value.job}/log`;
  const log = async () => ((await pair.client.readResource({ uri })).contents[0] as { text: string }).text;
  while ((await log()) !== 'first\n') await pair.call('job_read', { job: value.job, wait_s: 20 });
  await pair.call('job_input', { job: value.job, text: 'second', key: 'enter' });
  let status = 'running';
  while (status === 'running')
    ({ status } = (await pair.call('job_read', { job: value.job, offset: 13, wait_s: 20 })).value);
  assert.equal(await log(), 'first\nsecond\n');
});

test('a dialogue in a session, whose input has no end; the shell lives on', async () => {
  await using pair = await connect();
  const { value: first } = await pair.call('exec', { command: 'cd /', session: 'new' });
  const { session } = first;
  const command = 'echo ask; read x; echo "got $x"; sleep 600';
  const { value: job } = await pair.call('exec', { command, session, interactive: true, wait_s: 0 });
  await pair.call('job_input', { job: job.job, text: 'word', key: 'enter' });
  const text = async () => (await pair.call('job_read', { job: job.job })).value.text;
  while ((await text()) !== 'ask\ngot word\n') await pair.call('job_read', { job: job.job, offset: 4, wait_s: 20 });
  assert.match(
    (await pair.call('job_input', { job: job.job, key: 'ctrl-d' })).text,
    /UNSUPPORTED: the input of a session/,
  );
  await pair.call('job_input', { job: job.job, key: 'ctrl-c' });
  assert.equal((await pair.call('exec', { command: 'pwd', session })).value.stdout, '/\n');
  const { value: mute } = await pair.call('exec', { command: 'sleep 600', session, wait_s: 0 });
  assert.match(
    (await pair.call('job_input', { job: mute.job, text: 'x' })).text,
    /PROCESS_ENDED: [\s\S]*interactive: true/,
  );
  assert.equal((await pair.call('job_cancel', { job: mute.job })).value.status, 'killed');
});

test('a search that takes too long ends, and says what to do', async () => {
  await using pair = await connect({
    deployments: { usr: { type: 'local', workspace: '/usr' } },
    limits: { maxWaitMs: 20 },
  });
  const { text } = await pair.call('file_search', { pattern: 'no such words are in any file [0-9]{40}' });
  assert.match(text, /LIMIT_EXCEEDED: the search took more than 20 ms\nSearch a smaller/);
  assert.equal((await pair.call('file_read', { path: '.' })).isError, false);
});
