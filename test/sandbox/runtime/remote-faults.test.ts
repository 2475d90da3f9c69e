import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { RexError } from '../../../src/core/errors.ts';
import type { RemoteRuntime } from '../../../src/sandbox/runtime/remote-runtime.ts';
import { type Served, serveLocal } from '../server/serving.ts';
import { type FaultyProxy, startProxy, type Verdict } from './faulty-proxy.ts';

let served: Served;
let proxy: FaultyProxy;
let client: RemoteRuntime;
let directory: string;

before(async () => {
  served = await serveLocal();
  proxy = await startProxy(served.server.port);
  client = served.connect({ url: proxy.url, retryDelayMs: 5 });
  directory = await mkdtemp(join(tmpdir(), 'rex-faults-'));
});

beforeEach(() => {
  proxy.target = served.server.port;
  proxy.judge = () => 'pass';
  proxy.cutEvery = Number.POSITIVE_INFINITY;
});

after(async () => {
  await proxy[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** A judge that cuts the first requests for a path. */
function cutFirst(count: number, path: string, verdict: Verdict): (piece: string) => Verdict {
  let left = count;
  return (piece) => {
    if (!piece.startsWith(`POST ${path}`) && !piece.startsWith(`GET ${path}`)) return 'pass';
    return left-- > 0 ? verdict : 'pass';
  };
}

async function lines(file: string): Promise<number> {
  return (await readFile(join(directory, file), 'utf8')).split('\n').length - 1;
}

test('a request that never arrived is sent again', async () => {
  proxy.judge = cutFirst(3, '/rex/v1/execute', 'cut before');
  assert.equal((await client.execute(`echo ran | tee -a ${join(directory, 'before')}`)).stdout, 'ran\n');
  assert.equal(await lines('before'), 1);
});

test('an answer that was lost is asked for again, and nothing runs twice', async () => {
  for (const [file, call] of [
    ['execute', () => client.execute(`echo ran | tee -a ${join(directory, 'execute')}`)],
    ['failing', () => client.execute(`echo ran >> ${join(directory, 'failing')}; exit 3`, { check: 'raise' })],
  ] as const) {
    proxy.judge = cutFirst(2, '/rex/v1/execute', 'cut after');
    const outcome = await call().catch((error: unknown) => error);
    assert.ok(RexError.is(outcome, 'COMMAND_FAILED') || (outcome as { stdout: string }).stdout === 'ran\n');
    assert.equal(await lines(file), 1);
  }
});

test('a command of a session goes on while its client is cut off, and brings its result', async () => {
  await using session = await client.createSession({ session: 'cut' });
  const running = session.run(
    `touch ${join(directory, 'running')}; until [ -e ${join(directory, 'go')} ]; do sleep 0.01; done; echo done`,
  );
  await served.runtime.execute(`until [ -e ${join(directory, 'running')} ]; do sleep 0.01; done`);
  const cuts = proxy.cuts;
  proxy.cut();
  assert.ok(proxy.cuts > cuts);
  await client.writeFile(join(directory, 'go'), '');
  assert.equal((await running).output, 'done\n');
  assert.equal((await session.run('echo next')).output, 'next\n');
});

test('a stream of output that is cut anywhere loses nothing and doubles nothing', async () => {
  const script = 'i=0; while [ $i -lt 40 ]; do seq 1000; echo "error $i" >&2; i=$((i + 1)); done';
  const numbers = Array.from({ length: 1_000 }, (_, index) => `${index + 1}\n`).join('');
  // A piece of output and its frame fit between two cuts: what never fits never arrives.
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 32_000, max: 100_000 }), async (cutEvery) => {
      proxy.cutEvery = Number.POSITIVE_INFINITY;
      const started = await client.spawn(script);
      proxy.cutEvery = cutEvery;
      let cursor = 0;
      const printed = { stdout: '', stderr: '' };
      for await (const event of started) {
        if (event.type !== 'output') continue;
        assert.equal(event.cursor, cursor);
        cursor += event.data.length;
        printed[event.stream] += Buffer.from(event.data).toString();
      }
      assert.equal(printed.stdout, numbers.repeat(40));
      assert.equal(printed.stderr.split('\n').length - 1, 40);
      assert.equal(started.exit?.exitCode, 0);
    }),
    { numRuns: 8 },
  );
  assert.ok(proxy.cuts > 8);
});

test('output of a session that is followed over a bad line arrives whole and in order', async () => {
  await using session = await client.createSession({ session: 'followed' });
  for (const cutEvery of [33_000, 47_000, 90_000]) {
    const cuts = proxy.cuts;
    proxy.cutEvery = cutEvery;
    let text = '';
    const result = await session.run('seq 50000', {
      maxOutputBytes: 1_000,
      onOutput: (chunk) => {
        assert.equal(chunk.cursor, text.length);
        text += chunk.text;
      },
    });
    proxy.cutEvery = Number.POSITIVE_INFINITY;
    assert.equal(text.length, result.outputBytes);
    assert.ok(text.endsWith('\n49999\n50000\n'));
    assert.ok(proxy.cuts > cuts);
  }
});

test('input that is written over a bad line arrives once and in order', async () => {
  const started = await client.spawn(['cat'], { stdin: 'pipe' });
  let requests = 0;
  proxy.judge = (piece) => (piece.includes('/input') && requests++ % 3 === 0 ? 'cut after' : 'pass');
  const written = Array.from({ length: 12 }, (_, index) => `${index}\n`);
  await Promise.all(written.map((line) => started.write(line)));
  await started.closeInput();
  assert.equal((await started.result()).stdout, written.join(''));
});

test('appends and uploads survive lost answers, exactly once', async () => {
  const path = join(directory, 'appended');
  let requests = 0;
  proxy.judge = (piece) => (piece.startsWith('POST /rex/v1/files/') && requests++ % 2 === 0 ? 'cut after' : 'pass');
  await client.files.append(path, 'one ');
  await client.files.append(path, 'two');
  assert.equal(await client.readFile(path), 'one two');
  const result = await client.upload(path, join(directory, 'uploaded'));
  assert.deepEqual(result, { files: 1, directories: 0, links: 0, bytes: 7 });
});

test('a stream that can be sent only once ends with an unknown outcome', async () => {
  async function* once() {
    yield 'content';
  }
  proxy.judge = cutFirst(1, '/rex/v1/files/content', 'cut after');
  await assert.rejects(client.files.write(join(directory, 'once'), once()), (error) =>
    RexError.is(error, 'OUTCOME_UNKNOWN'),
  );
});

test('a server that started anew does not run what the old one may have run', async () => {
  await using other = await serveLocal();
  const file = join(directory, 'restarted');
  proxy.judge = (piece) => {
    if (!piece.startsWith('POST /rex/v1/execute')) return 'pass';
    proxy.target = other.server.port;
    return 'cut after';
  };
  await assert.rejects(client.execute(`echo ran >> ${file}`), (error) => RexError.is(error, 'OUTCOME_UNKNOWN'));
  assert.equal(await lines('restarted'), 1);
});

test('a server that stays away leaves the outcome unknown, or the connection failed', async () => {
  const impatient = served.connect({ url: proxy.url, retries: 2, retryDelayMs: 1 });
  await impatient.execute('true');
  proxy.judge = () => 'cut before';
  await assert.rejects(impatient.execute('true'), (error) => RexError.is(error, 'OUTCOME_UNKNOWN'));
  await assert.rejects(impatient.readFile('/etc/hostname'), (error) => RexError.is(error, 'CONNECTION_FAILED'));
  const health = await impatient.isAlive();
  assert.equal(health.isAlive, false);
  proxy.judge = () => 'pass';
});

test('idle connections that the server has closed cost nothing', async () => {
  await client.execute('true');
  proxy.cut();
  assert.equal((await client.execute('echo again')).stdout, 'again\n');
});
