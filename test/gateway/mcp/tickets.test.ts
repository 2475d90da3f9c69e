import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { approval, done, fail, guard, type Handler } from '../../../src/orchestration/index.ts';
import { connect, connectTo, type Pair } from './support.ts';

const push: Handler = async ({ goal }) => done(`${goal}: pushed`);
const gated = guard(push, approval({ when: () => true }));
const greet: Handler = async (_, { answer }) =>
  answer === undefined ? { kind: 'wait', for: 'input', request: 'Your name?' } : done({ hello: answer });
const waits =
  (request: string, more: object = {}): Handler =>
  async (_, { answer }) =>
    answer === undefined ? { kind: 'wait', for: 'approval', request, ...more } : done({ answer });
const login: Handler = async (_, { answer }) =>
  answer === undefined ? { kind: 'wait', for: 'auth', request: 'A key' } : done('in');

const agents = { gated, greet, login };

async function ask(pair: Pair, agent: string) {
  const { value } = await pair.call('agent_run', { task: 'main', agent });
  assert.equal(value.status, 'running');
  assert.equal(value.tickets.length, 1);
  return { run: value.run as string, ...value.tickets[0] } as {
    run: string;
    ticket: string;
    for: string;
    request: string;
  };
}

/** A client at which a person fills in forms. */
function personClient(answers: (message: string) => Promise<ElicitResult> | ElicitResult): {
  client: Client;
  asked: string[];
} {
  const asked: string[] = [];
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    asked.push(params.message);
    return await answers(params.message);
  });
  return { client, asked };
}

test('a run that waits for approval says so at once, and goes on after a yes', async () => {
  await using pair = await connect({ agents });
  const { run, ticket, for: what, request } = await ask(pair, 'gated');
  assert.equal(what, 'approval');
  assert.equal(JSON.parse(request).approve, 'main');
  const { value: status } = await pair.call('agent_status', { run, wait_s: 40 });
  assert.deepEqual(status.tickets, [{ ticket, for: what, request }]);
  const { value } = await pair.call('agent_run', { run, ticket, answer: 'yes' });
  assert.deepEqual([value.status, value.output, value.tickets], ['done', 'main: pushed', undefined]);
});

test('a no is a no, an answer counts once, and a ticket need not be named where there is one', async () => {
  await using pair = await connect({ agents });
  const { run, ticket } = await ask(pair, 'gated');
  assert.match(
    (await pair.call('agent_run', { run, ticket, answer: 'maybe' })).text,
    /INVALID_ARGUMENT: answer: expected yes or no/,
  );
  assert.match(
    (await pair.call('agent_run', { run, ticket: 'other', answer: 'yes' })).text,
    /TICKET_UNKNOWN: no open ticket other[\s\S]*open are/,
  );
  const { value } = await pair.call('agent_run', { run, answer: 'no' });
  assert.equal(value.status, 'failed');
  assert.match(value.error, /nobody approved: main/);
  for (const name of [ticket, undefined])
    assert.match(
      (await pair.call('agent_run', { run, ticket: name, answer: 'yes' })).text,
      /TICKET_UNKNOWN: [\s\S]*none is open/,
    );
});

test('an answer may be text, or JSON; a secret and a failure can be asked about too', async () => {
  const flaky: Handler = async (_, { attempt }) => (attempt === 1 ? fail('X', 'broke') : done('second try'));
  const escalating: Handler = async () => ({
    kind: 'expand',
    graph: { nodes: [{ id: 'n', task: { goal: 'x' }, use: flaky, onFail: 'escalate' }] },
    join: 'last',
  });
  await using pair = await connect({ agents: { ...agents, escalating } });
  for (const [given, taken] of [
    ['Ada', 'Ada'],
    ['{"first":"Ada"}', { first: 'Ada' }],
    ['[broken', '[broken'],
  ] as const) {
    const { run } = await ask(pair, 'greet');
    assert.deepEqual(JSON.parse((await pair.call('agent_run', { run, answer: given })).value.output), { hello: taken });
  }
  const { run } = await ask(pair, 'login');
  assert.equal((await pair.call('agent_run', { run, answer: 'key' })).value.output, 'in');
  const failed = await ask(pair, 'escalating');
  assert.match(failed.request, /failed: broke.*Try again\?/s);
  assert.equal((await pair.call('agent_run', { run: failed.run, answer: 'yes' })).value.output, 'second try');
});

test('a ticket that nobody answers in time answers itself, or fails the run', async () => {
  const never = waits('Now?', { timeoutMs: 1 });
  const self = waits('Now?', { timeoutMs: 1, timeoutAnswer: 'too late' });
  await using pair = await connect({ agents: { never, self } });
  for (const [agent, end] of [
    ['never', /in time/],
    ['self', /too late/],
  ] as const) {
    const { value } = await pair.call('agent_run', { task: 'x', agent });
    let last = value;
    while (last.status === 'running') {
      await new Promise(setImmediate);
      last = (await pair.call('agent_status', { run: value.run, wait_s: 5 })).value;
    }
    assert.match(last.error ?? last.output, end);
    assert.match((await pair.call('agent_run', { run: value.run, answer: 'yes' })).text, /TICKET_UNKNOWN/);
  }
});

test('another owner cannot answer, and a call that makes no sense says what it lacks', async () => {
  await using pair = await connect({ agents });
  const { run, ticket } = await ask(pair, 'gated');
  const other = await connectTo(pair.provider, 'other');
  const stolen = await other.callTool({ name: 'agent_run', arguments: { run, ticket, answer: 'yes' } });
  assert.match(JSON.stringify(stolen.content), /HANDLE_UNKNOWN/);
  await other.close();
  const wrong: [object, RegExp][] = [
    [{}, /task: expected a task, or `run` and `answer`/],
    [{ task: 'x', answer: 'yes' }, /run: expected the run that asked/],
    [{ run }, /answer: expected an answer/],
    [{ run, task: 'x', answer: 'yes' }, /task: expected nothing beside `run`/],
  ];
  for (const [input, message] of wrong) assert.match((await pair.call('agent_run', input)).text, message);
  assert.equal((await pair.call('agent_cancel', { run })).value.status, 'cancelled');
  assert.match((await pair.call('agent_run', { run, answer: 'yes' })).text, /TICKET_UNKNOWN/);
});

test('where the client has forms its person is asked, and a yes is the person alone to give', async () => {
  const replies: ElicitResult[] = [
    { action: 'accept', content: { allow: true } },
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept', content: { allow: false } },
  ];
  const person = personClient(() => replies.shift() as ElicitResult);
  await using pair = await connect({ agents }, person.client);
  assert.equal((await pair.call('agent_run', { task: 'a', agent: 'gated' })).value.output, 'a: pushed');
  assert.match((await pair.call('agent_run', { task: 'b', agent: 'gated' })).value.error, /nobody approved: b/);
  const { run } = await ask(pair, 'gated');
  assert.match(person.asked.join('\n'), /gated asks: .*"approve":"a"[\s\S]*"approve":"b"[\s\S]*"approve":"main"/);
  const { value } = await pair.call('agent_run', { run, answer: 'yes' });
  assert.match(value.error, /nobody approved: main/);
  assert.equal(person.asked.length, 4);
});

test('a person who takes long is waited for by a later call; a secret is never asked for by a form', async () => {
  let reply: (result: ElicitResult) => void = () => {};
  const person = personClient(() => new Promise((resolve) => (reply = resolve)));
  await using pair = await connect({ agents }, person.client);
  const { value: first } = await pair.call('agent_run', { task: 'x', agent: 'greet', wait_s: 0.05 });
  assert.deepEqual([first.status, first.tickets.length], ['running', 1]);
  while (person.asked.length === 0) await pair.call('agent_status', { run: first.run, wait_s: 0.05 });
  const later = pair.call('agent_status', { run: first.run, wait_s: 40 });
  reply({ action: 'accept', content: { answer: 'Ada' } });
  assert.deepEqual(JSON.parse((await later).value.output), { hello: 'Ada' });
  assert.equal(person.asked.length, 1);
  await ask(pair, 'login');
  assert.equal(person.asked.length, 1);
});
