import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { python } from '../protocol/python.ts';
import { serveLocal, token } from './serving.ts';

interface Recorded {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
    readonly bodyBase64?: string;
  };
  readonly response: { readonly status: number; readonly body: string };
}

const fixtures = fileURLToPath(new URL('../../fixtures/swe-rex/', import.meta.url));
const recordedDirectory = '/tmp/tmp0wzt_ycu';

/** Where our answers are meant to differ from the recorded ones: in these fields alone. */
const meantDifferences: Readonly<
  Record<string, Readonly<Record<string, readonly [recorded: unknown, ours: unknown]>>>
> = {
  // The prompt of the rc file is no output.
  create_session: { '.output': ['root@vm:/tmp# ', ''] },
  // What the command printed is kept.
  'run_in_session timeout': {
    '.swerexception.extra_info': [{}, undefined],
    '.swerexception.extra_info.output': [undefined, ''],
  },
};

async function recordings(): Promise<readonly Recorded[]> {
  return JSON.parse(await readFile(join(fixtures, 'wire.json'), 'utf8'));
}

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'rex-wire-'));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Sends the recorded bytes; only host, key, directory and, for these, the length are others. */
function replay({ request }: Recorded, port: number, directory: string): Promise<{ status: number; body: string }> {
  const recorded =
    request.bodyBase64 === undefined
      ? (request.body ?? '')
      : Buffer.from(request.bodyBase64, 'base64').toString('latin1');
  const body = recorded.replaceAll(recordedDirectory, directory);
  const changed: Readonly<Record<string, string>> = {
    Host: `127.0.0.1:${port}`,
    'X-API-Key': token,
    'Content-Length': String(body.length),
  };
  const head = request.headers.map(([name, value]) => `${name}: ${changed[name] ?? value}\r\n`).join('');
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', reject);
    socket.on('end', () => {
      const text = Buffer.concat(pieces).toString('utf8');
      const [answerHead = '', answerBody = ''] = text.split(/\r\n\r\n([\s\S]*)/);
      resolve({ status: Number(answerHead.split(' ')[1]), body: answerBody });
    });
    socket.write(Buffer.from(`${request.method} ${request.path} HTTP/1.1\r\n${head}\r\n${body}`, 'latin1'));
  });
}

test('answers the recorded bytes of the Python client as the Python server did', async () => {
  await using served = await serveLocal();
  await withDirectory(async (directory) => {
    await writeFile(join(directory, 'bin'), Buffer.from([0xff, 0xfe, 0, 1]));
    for (const recorded of await recordings()) {
      const answer = await replay(recorded, served.server.port, directory);
      assert.equal(answer.status, recorded.response.status, `${recorded.name}: ${answer.body}`);
      const expected = JSON.parse(recorded.response.body.replaceAll(recordedDirectory, directory));
      const actual = JSON.parse(answer.body);
      if (recorded.name === 'create_session') expected.output = '';
      if (recorded.name === 'run_in_session timeout') expected.swerexception.extra_info = { output: '' };
      if (expected.swerexception !== undefined) expected.swerexception.traceback = '';
      assert.deepEqual(actual, expected, recorded.name);
    }
    await checkUploads(directory);
  });
});

test('answers a client made of Python’s standard library in the same way', { skip: python === undefined }, async () => {
  await using served = await serveLocal();
  await withDirectory(async (directory) => {
    const wire = await readFile(join(fixtures, 'wire.json'), 'utf8');
    const answers = JSON.parse(
      await runPython([join(fixtures, 'replay.py'), '127.0.0.1', String(served.server.port), token, directory], wire),
    ) as readonly Record<string, unknown>[];
    assert.equal(answers.length, 22);
    for (const { name, status, type, connection, differences } of answers) {
      const [recorded, ours] = status as [number, number];
      assert.deepEqual([name, ours, type, connection], [name, recorded, 'application/json', 'close']);
      const meant = meantDifferences[name as string] ?? {};
      assert.deepEqual(differences, JSON.parse(JSON.stringify(meant, (_, value) => value ?? null)), name as string);
    }
    await checkUploads(directory);
  });
});

/** The recorded tree; unlike the original, the mode of an executable is kept. */
async function checkUploads(directory: string): Promise<void> {
  assert.equal(await readFile(join(directory, 't/two.txt'), 'utf8'), 'hello');
  const tree = (await readdir(join(directory, 'dst'), { recursive: true })).sort();
  assert.deepEqual(tree, ['a.txt', 'emptydir', 'link', 'sub', 'sub/b.sh']);
  assert.equal((await stat(join(directory, 'dst/sub/b.sh'))).mode & 0o777, 0o755);
  assert.ok((await stat(join(directory, 'dst/emptydir'))).isDirectory());
}

/** Runs beside the server, which lives in this process. */
function runPython(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('python3', [...args], (error, stdout, stderr) => {
      if (error) reject(new Error(stderr, { cause: error }));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}
