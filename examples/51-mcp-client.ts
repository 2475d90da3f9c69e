// `hrm-rex mcp` as a client drives it: a session, a job that takes its time, its log, and a mistake.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { mcpTools } from 'hrm-rex/mcp';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
await using server = await mcpTools({
  command: process.execPath,
  args: ['--import', 'tsx', main, 'mcp', '--preset', 'sandbox', '--deployment', 'local'],
});
console.log(`${server.server.name} ${server.server.version}: ${server.tools.map(({ name }) => name).join(', ')}`);

interface Answer {
  readonly job: string;
  readonly session: string;
  readonly status: string;
  readonly stdout: string;
  readonly text: string;
  readonly next: number;
}

const context = { signal: AbortSignal.timeout(60_000), callId: 'example', progress: () => {} };
const call = async (name: string, input: object): Promise<Answer> => {
  const tool = server.tools.find((each) => each.name === name);
  return (await tool?.call({ ...input }, context)) as unknown as Answer;
};

const { session } = await call('exec', { command: 'mkdir work && cd work && NAME=rex', session: 'new' });
assert.equal((await call('exec', { command: 'echo "$NAME in $(basename "$PWD")"', session })).stdout, 'rex in work\n');

const started = await call('exec', { command: 'for i in 1 2 3; do echo $i; sleep 0.2; done', wait_s: 0 });
let read = await call('job_read', { job: started.job, wait_s: 10 });
let text = read.text;
while (read.status === 'running') {
  read = await call('job_read', { job: started.job, offset: read.next, wait_s: 10 });
  text += read.text;
}
assert.equal(text, '1\n2\n3\n');

await assert.rejects(call('job_read', { job: 'job_unknown' }), /HANDLE_UNKNOWN: no job job_unknown/);
