import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { makeZip } from '../../../src/sandbox/files/zip.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { serve } from '../../../src/sandbox/server/serve.ts';
import { send, sendJson } from './http-client.ts';
import { type Served, serveLocal, token } from './serving.ts';

let served: Served;
let directory: string;

before(async () => {
  served = await serveLocal();
  directory = await mkdtemp(join(tmpdir(), 'rex-routes-'));
});

after(async () => {
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const post = (path: string, body: object) => sendJson(served.server.url, path, body);

test('says hello, and whether it is alive', async () => {
  assert.deepEqual(await sendJson(served.server.url, '/'), { status: 200, body: { message: 'hello world' } });
  const answer = await send(served.server.url, '/is_alive');
  assert.equal(answer.text, '{"is_alive":true,"message":""}');
  assert.equal(answer.headers['content-type'], 'application/json');
});

test('asks for the key before anything else', async () => {
  for (const path of ['/', '/is_alive', '/nothing', '/execute']) {
    const missing = await send(served.server.url, path, { key: undefined });
    assert.deepEqual([missing.status, missing.text], [403, '{"detail":"Not authenticated"}']);
    const wrong = await send(served.server.url, path, { key: 'another secret' });
    assert.deepEqual([wrong.status, wrong.text], [401, '{"detail":"Invalid API Key"}']);
  }
});

test('answers unknown paths and methods as FastAPI does', async () => {
  const missing = await send(served.server.url, '/nothing');
  assert.deepEqual([missing.status, missing.text], [404, '{"detail":"Not Found"}']);
  const method = await send(served.server.url, '/execute');
  assert.deepEqual(
    [method.status, method.text, method.headers.allow],
    [405, '{"detail":"Method Not Allowed"}', 'POST'],
  );
});

test('answers bodies that do not fit with 422', async () => {
  const missing = await send(served.server.url, '/execute', { method: 'POST', body: '' });
  assert.equal(missing.status, 422);
  assert.deepEqual(JSON.parse(missing.text).detail[0].loc, ['body']);
  const broken = await send(served.server.url, '/execute', { body: '{"command": ' });
  assert.equal(broken.status, 422);
  assert.equal(JSON.parse(broken.text).detail[0].type, 'json_invalid');
  const untagged = await post('/run_in_session', { command: 'echo' });
  assert.equal(untagged.status, 422);
  assert.equal(untagged.body.detail[0].type, 'union_tag_not_found');
});

test('runs a text without a shell as one program name', async () => {
  const { status, body } = await post('/execute', { command: 'echo hi' });
  assert.equal(status, 511);
  assert.deepEqual(body.swerexception, {
    message: "[Errno 2] No such file or directory: 'echo hi'",
    class_path: 'builtins.FileNotFoundError',
    traceback: '',
    extra_info: {},
  });
});

test('replaces the environment, takes a directory and merges streams', async () => {
  const command = 'echo "$A-$HOME-$PWD"; echo err >&2';
  const { body } = await post('/execute', {
    command,
    shell: true,
    env: { A: 'x', PATH: '/usr/bin:/bin' },
    cwd: '/usr',
    merge_output_streams: true,
  });
  assert.deepEqual(body, { stdout: 'x--/usr\nerr\n', stderr: '', exit_code: 0 });
});

test('gives the shell’s further words as its parameters', async () => {
  const { body } = await post('/execute', { command: ['echo "$0 $1"', 'a', 'b c'], shell: true });
  assert.deepEqual(body, { stdout: 'a b c\n', stderr: '', exit_code: 0 });
});

test('reports a missing directory by its name', async () => {
  const { body } = await post('/execute', { command: ['true'], cwd: '/nonexistent/directory' });
  assert.equal(body.swerexception.message, "[Errno 2] No such file or directory: '/nonexistent/directory'");
});

test('shows bytes that are no text, and the number of a signal', async () => {
  const { body } = await post('/execute', { command: "printf '\\377\\376 ok'; kill -9 $$", shell: true });
  assert.deepEqual(body, { stdout: '\\xff\\xfe ok', stderr: '', exit_code: -9 });
});

test('keeps what a command printed until its timeout', async () => {
  const { status, body } = await post('/execute', { command: 'echo partial; sleep 30', shell: true, timeout: 0.3 });
  assert.equal(status, 511);
  assert.equal(body.swerexception.class_path, 'swerex.exceptions.CommandTimeoutError');
  assert.equal(body.swerexception.message, 'Timeout (0.3s) exceeded while running command');
  assert.deepEqual(body.swerexception.extra_info, { stdout: 'partial\n', stderr: '' });
});

test('does not wait for a daemon that keeps the output open', async () => {
  const { body } = await post('/execute', { command: 'sleep 30 & echo started', shell: true, timeout: 10 });
  assert.deepEqual(body, { stdout: 'started\n', stderr: '', exit_code: 0 });
});

test('answers whether it is alive while a command runs', async () => {
  const gate = join(directory, 'gate');
  const slow = post('/execute', { command: `until [ -e ${gate} ]; do sleep 0.01; done; echo done`, shell: true });
  assert.equal((await sendJson(served.server.url, '/is_alive')).status, 200);
  await post('/write_file', { path: gate, content: '' });
  assert.equal((await slow).body.stdout, 'done\n');
});

test('a failed start leaves the name free, and a missing source is no error', async () => {
  const source = join(directory, 'slow.sh');
  await writeFile(source, 'sleep 30');
  const create = { session_type: 'bash', session: 'start' };
  const slow = await post('/create_session', { ...create, startup_source: [source], startup_timeout: 0.5 });
  assert.equal(slow.body.swerexception.class_path, 'pexpect.exceptions.TIMEOUT');
  const missing = await post('/create_session', {
    ...create,
    startup_source: [join(directory, 'missing.sh')],
    startup_timeout: 10,
  });
  assert.equal(missing.status, 200);
  assert.match(missing.body.output, /missing\.sh: No such file or directory/);
  await post('/close_session', { session_type: 'bash', session: 'start' });
});

test('runs sessions on pipes where there is no terminal', async () => {
  const runtime = new LocalRuntime();
  const createSession = runtime.createSession.bind(runtime);
  runtime.createSession = async (options) => {
    const context = { dependency: '@lydell/node-pty', install: 'npm install @lydell/node-pty' };
    if (options?.pty) throw new RexError('DEPENDENCY_MISSING', 'no terminal', context);
    return await createSession(options);
  };
  await using server = await serve(runtime, { token });
  const create = { session_type: 'bash', startup_timeout: 10 };
  assert.equal((await sendJson(server.url, '/create_session', create)).status, 200);
  const run = { action_type: 'bash', command: 'echo $TERM; [ -t 1 ] || echo no terminal' };
  assert.equal((await sendJson(server.url, '/run_in_session', run)).body.output, 'dumb\nno terminal\n');
  await runtime.close();
});

test('sourced files set the session up', async () => {
  const source = join(directory, 'setup.sh');
  await writeFile(source, 'FROM_SOURCE=yes; echo loaded');
  const create = { session_type: 'bash', session: 'sourced', startup_source: [source], startup_timeout: 10 };
  assert.deepEqual((await post('/create_session', create)).body, { output: 'loaded\n', session_type: 'bash' });
  const run = { action_type: 'bash', session: 'sourced', command: 'echo $FROM_SOURCE' };
  assert.equal((await post('/run_in_session', run)).body.output, 'yes\n');
  await post('/close_session', { session_type: 'bash', session: 'sourced' });
});

test('refuses a bad pattern as Python does', async () => {
  await post('/create_session', { session_type: 'bash', session: 'patterns', startup_timeout: 10 });
  const run = { action_type: 'bash', session: 'patterns', command: 'echo', expect: ['(unclosed'] };
  assert.equal((await post('/run_in_session', run)).body.swerexception.class_path, 're.error');
  await post('/close_session', { session_type: 'bash', session: 'patterns' });
});

test('closes the sessions of its clients, and goes on', async () => {
  const create = { session_type: 'bash', session: 'closing', startup_timeout: 10 };
  assert.equal((await post('/create_session', create)).status, 200);
  const close = await send(served.server.url, '/close', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'content-length': '0' },
  });
  assert.deepEqual([close.status, close.text], [200, '{}']);
  assert.equal((await post('/create_session', create)).status, 200);
  await post('/close_session', { session_type: 'bash', session: 'closing' });
});

test('reads text as Python does', async () => {
  const path = join(directory, 'lines.txt');
  await writeFile(path, Buffer.from('a\r\nb\rc\n\xe4', 'latin1'));
  const read = async (fields: object) => (await post('/read_file', { path, ...fields })).body;
  assert.equal((await read({ encoding: 'latin-1' })).content, 'a\nb\nc\nä');
  assert.equal((await read({ errors: 'replace' })).content, 'a\nb\nc\n\ufffd');
  assert.equal((await read({ errors: 'ignore' })).content, 'a\nb\nc\n');
  assert.equal((await read({ encoding: 'cp1252' })).content, 'a\nb\nc\nä');
  const strict = (await read({})).swerexception;
  assert.equal(strict.class_path, 'builtins.UnicodeDecodeError');
  assert.equal(strict.message, "'utf-8' codec can't decode byte 0xe4 in position 7: unexpected end of data");
  assert.equal((await read({ encoding: 'klingon' })).swerexception.message, 'unknown encoding: klingon');
  assert.equal((await read({ errors: 'pray' })).swerexception.message, "unknown error handler name 'pray'");
});

/** A form as clients send it, whatever its parts. */
function form(parts: readonly (readonly [disposition: string, content: Uint8Array | string])[]) {
  const boundary = 'the-boundary';
  const pieces = parts.flatMap(([disposition, content]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  return { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

test('uploads a file to its target, or into a directory under its own name', async () => {
  const upload = (target: string) =>
    send(
      served.server.url,
      '/upload',
      form([
        ['name="target_path"', target],
        ['name="file"; filename="../../tricky.txt"', 'content'],
        ['name="unzip"', 'false'],
      ]),
    );
  assert.equal((await upload(join(directory, 'deep/er/file.txt'))).text, '{}');
  assert.equal(await readFile(join(directory, 'deep/er/file.txt'), 'utf8'), 'content');
  assert.equal((await upload(join(directory, 'deep'))).text, '{}');
  assert.equal(await readFile(join(directory, 'deep/tricky.txt'), 'utf8'), 'content');
});

test('unzips an uploaded directory, and refuses what is no zip', async () => {
  const source = join(directory, 'source');
  await rm(source, { recursive: true, force: true });
  await writeTree(source);
  const pieces: Uint8Array[] = [];
  for await (const piece of makeZip(source)) pieces.push(piece);
  const upload = (content: Uint8Array) =>
    send(
      served.server.url,
      '/upload',
      form([
        ['name="file"; filename="zipped_transfer.zip"', content],
        ['name="target_path"', join(directory, 'unzipped')],
        ['name="unzip"', 'true'],
      ]),
    );
  assert.equal((await upload(Buffer.concat(pieces))).text, '{}');
  assert.equal(await readFile(join(directory, 'unzipped/sub/b.txt'), 'utf8'), 'b');
  const { swerexception } = JSON.parse((await upload(Buffer.from('no zip'))).text);
  assert.deepEqual([swerexception.class_path, swerexception.message], ['zipfile.BadZipFile', 'File is not a zip file']);
});

async function writeTree(path: string): Promise<void> {
  await served.runtime.files.write(join(path, 'sub/b.txt'), 'b');
  await served.runtime.files.write(join(path, 'a.txt'), 'a');
  await symlink('a.txt', join(path, 'link'));
}

test('says which part of a form is missing or does not fit', async () => {
  const where = async (parts: Parameters<typeof form>[0]) => {
    const { status, text } = await send(served.server.url, '/upload', form(parts));
    return [status, JSON.parse(text).detail[0].type, JSON.parse(text).detail[0].loc.join('.')];
  };
  assert.deepEqual(await where([['name="target_path"', '/x']]), [422, 'missing', 'body.file']);
  assert.deepEqual(await where([['name="file"; filename="x"', '']]), [422, 'missing', 'body.target_path']);
  const odd = await where([
    ['name="file"; filename="x"', ''],
    ['name="target_path"', '/x'],
    ['name="unzip"', 'perhaps'],
  ]);
  assert.deepEqual(odd, [422, 'bool_parsing', 'body.unzip']);
  const plain = await send(served.server.url, '/upload', { body: { file: 'x' } });
  assert.equal(plain.status, 422);
});
