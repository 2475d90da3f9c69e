import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMcpProvider, serveMcpStdio } from '../../../src/gateway/mcp/index.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const variable = 'HRM_REX_STDIO_TEST';

/** Lines of JSON as they come. */
function lines(stream: NodeJS.ReadableStream): () => Promise<Record<string, unknown>> {
  let held = '';
  const ready: Record<string, unknown>[] = [];
  const waiting: ((value: Record<string, unknown>) => void)[] = [];
  stream.on('data', (piece: Buffer) => {
    held += piece.toString();
    for (let end = held.indexOf('\n'); end !== -1; end = held.indexOf('\n')) {
      const value = JSON.parse(held.slice(0, end)) as Record<string, unknown>;
      held = held.slice(end + 1);
      const next = waiting.shift();
      if (next) next(value);
      else ready.push(value);
    }
  });
  return () => {
    const value = ready.shift();
    return value ? Promise.resolve(value) : new Promise((resolve) => waiting.push(resolve));
  };
}

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const callOf = (name: string, input: object) => ({ method: 'tools/call', params: { name, arguments: input } });
const line = (id: number, message: object): string => `${JSON.stringify({ jsonrpc: '2.0', id, ...message })}\n`;

test('a message that is too large, or no JSON, is answered, and the connection lives on', async () => {
  await using provider = createMcpProvider({ deployments: { local: { type: 'local' } } });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const next = lines(output);
  const connection = await serveMcpStdio(provider, { input, output, maxMessageBytes: 50_000 });
  input.write(line(1, initialize));
  assert.equal((await next()).id, 1);
  const large = callOf('file_write', { path: 'a', content: '"id":9,'.repeat(20_000) });
  input.write(line(2, large));
  const refused = (await next()) as { id: number; result: { isError: boolean; content: [{ text: string }] } };
  assert.deepEqual([refused.id, refused.result.isError], [2, true]);
  assert.match(refused.result.content[0].text, /more than the 50000 that are taken/);
  // As other clients write it, the id at the end.
  input.write(`${JSON.stringify({ ...large, jsonrpc: '2.0', id: 'three' })}\n`);
  assert.equal((await next()).id, 'three');
  input.write('no json\n');
  assert.deepEqual(((await next()).error as { code: number }).code, -32700);
  input.write(line(4, callOf('exec', { command: 'echo fine' })));
  assert.match(JSON.stringify(await next()), /fine/);
  input.end();
  await connection.closed;
});

/** `hrm-rex mcp` with a job in it that would go on for long. */
async function startBusy(launch: (argv: string[], env: NodeJS.ProcessEnv) => ChildProcess): Promise<ChildProcess> {
  const env = { ...process.env, [variable]: 'orphan' };
  const child = launch(['--import', 'tsx', main, 'mcp', '--deployment', 'local'], env);
  child.stderr?.resume();
  const next = lines(child.stdout as NodeJS.ReadableStream);
  child.stdin?.write(line(1, initialize));
  await next();
  child.stdin?.write(line(2, callOf('exec', { command: 'sleep 300 & setsid sleep 301', wait_s: 0 })));
  await next();
  child.stdin?.write(line(3, callOf('exec', { command: 'sleep 302', session: 'new', wait_s: 0 })));
  await next();
  assert.ok((await leftoverProcesses({ variable })).length >= 3);
  return child;
}

const direct = (argv: string[], env: NodeJS.ProcessEnv) => spawn(process.execPath, argv, { env, stdio: 'pipe' });

test('when its input ends the server ends, and everything it started', async () => {
  const child = await startBusy(direct);
  child.stdin?.end();
  await once(child, 'exit');
  assert.equal(child.exitCode, 0);
  assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 10_000 }), []);
});

test('when its host is killed with -9 the server ends, and everything it started', async () => {
  // The host hands its streams on and dies without a word.
  const host = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    process.stdin.pipe(child.stdin); child.stdout.pipe(process.stdout);`;
  const child = await startBusy((argv, env) =>
    spawn(process.execPath, ['-e', host, '--', ...argv], { env, stdio: 'pipe' }),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 20_000 }), []);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends the server, and everything it started`, async () => {
    const child = await startBusy(direct);
    child.kill(signal);
    await once(child, 'exit');
    assert.deepEqual(await leftoverProcesses({ variable, patienceMs: 10_000 }), []);
  });
}
