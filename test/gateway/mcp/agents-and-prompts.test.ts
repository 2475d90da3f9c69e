import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { findCommands } from '../../../src/gateway/mcp/index.ts';
import { done } from '../../../src/orchestration/index.ts';
import { connect } from './support.ts';

test('the shell agent runs the commands of a task and stops at the first that fails', async () => {
  await using pair = await connect();
  const { value } = await pair.call('agent_run', { task: 'Do this:\n$ X=3\n$ echo $((X + 1))' });
  assert.equal(value.status, 'done');
  assert.equal(JSON.parse(value.output).commands[1].output, '4\n');
  const failed = await pair.call('agent_run', { task: '$ echo broken; false\n$ echo never' });
  assert.equal(failed.value.status, 'failed');
  assert.match(failed.value.error, /command 1 of 2 ended with exit code 1[\s\S]*broken/);
  const { value: state } = await pair.call('agent_status', { run: failed.value.run });
  const types = state.events.map((line: string) => JSON.parse(line).type);
  assert.equal(types[0], 'run.started');
  assert.equal(types.at(-1), 'run.failed');
  assert.deepEqual((await pair.call('agent_status', { run: failed.value.run, event: state.next })).value.events, []);
  const { contents } = await pair.client.readResource({ uri: `run://${failed.value.run}/events` });
  assert.equal((contents[0] as { text: string }).text, state.events.map((line: string) => `${line}\n`).join(''));
});

test('commands are lines after a dollar, else code blocks, else the whole text', () => {
  assert.deepEqual(findCommands('Try\n $ one\nand\n$ two x'), ['one', 'two x']);
  assert.deepEqual(findCommands('Do\n```sh\na\nb\n```\nthen\n```\nc\n```'), ['a\nb', 'c']);
  assert.deepEqual(findCommands(' make all '), ['make all']);
});

test("an application's agents get a sandbox, and a run that is cancelled stops", async () => {
  let aborted = false;
  await using pair = await connect({
    agents: {
      answer: async ({ goal }, { dependencies }) => done({ goal, has: Object.keys(dependencies).sort() }),
      slow: {
        description: 'Never ends',
        handler: async (_, { signal }) =>
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              reject(signal.reason);
            });
          }),
      },
    },
  });
  const { value } = await pair.call('agent_run', { task: 'why' });
  assert.deepEqual(JSON.parse(value.output), { goal: 'why', has: ['runtime', 'workspace'] });
  const { value: slow } = await pair.call('agent_run', { task: 'x', agent: 'slow', wait_s: 0 });
  assert.equal(slow.status, 'running');
  assert.equal((await pair.call('agent_cancel', { run: slow.run })).value.status, 'cancelled');
  assert.equal(aborted, true);
});

test('prompts are described, filled in and completed', async () => {
  await using pair = await connect();
  const { prompts } = await pair.client.listPrompts();
  assert.deepEqual(
    prompts.map(({ name, description }) => [name, (description ?? '') !== '']),
    [
      ['fix_tests', true],
      ['try_code', true],
      ['delegate', true],
    ],
  );
  const { messages } = await pair.client.getPrompt({ name: 'fix_tests', arguments: { command: 'npm test' } });
  assert.match(JSON.stringify(messages), /Run `npm test` in your sandbox/);
  await assert.rejects(pair.client.getPrompt({ name: 'fix_tests' }), /needs command/);
  const values = async (name: string, argument: string, value: string) =>
    (await pair.client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })).completion
      .values;
  assert.deepEqual(await values('try_code', 'language', 'py'), ['python']);
  assert.deepEqual(await values('delegate', 'agent', ''), ['shell']);
});

test('resources are listed, completed by handle, and tell a subscriber of changes', async () => {
  await using pair = await connect();
  const { value } = await pair.call('exec', { command: 'read x; echo $x', interactive: true, wait_s: 0 });
  const uri = `job://${value.job}/log`;
  const { resources } = await pair.client.listResources();
  assert.ok(resources.some((resource) => resource.uri === uri));
  const { resourceTemplates } = await pair.client.listResourceTemplates();
  assert.deepEqual(
    resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    ['sandbox://{id}/{+path}', 'job://{id}/log', 'run://{id}/events'],
  );
  const { completion } = await pair.client.complete({
    ref: { type: 'ref/resource', uri: 'job://{id}/log' },
    argument: { name: 'id', value: 'job_' },
  });
  assert.deepEqual(completion.values, [value.job]);
  const changed = new Promise<string>((resolve) => {
    pair.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri));
  });
  await pair.client.subscribeResource({ uri });
  await pair.call('job_input', { job: value.job, text: 'hello', key: 'enter' });
  assert.equal(await changed, uri);
  await assert.rejects(pair.client.readResource({ uri: 'other://x' }), { code: -32002 });
});
