import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { isolated, startSandbox } from './bubblewrap.ts';

const denied = (error: unknown) => RexError.is(error, 'PERMISSION_DENIED');

isolated('a write outside the workspace is refused, to commands and to file operations', async (t) => {
  const runtime = await startSandbox(t);
  for (const path of ['/etc/hrm-rex-evil', '/usr/hrm-rex-evil', '/hrm-rex-evil', '/var/tmp/hrm-rex-evil']) {
    const { exitCode, stderr } = await runtime.execute(`echo x > ${path}`);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /Read-only file system|Permission denied/);
    await assert.rejects(runtime.writeFile(path, 'x'), denied);
    assert.equal(existsSync(path), false);
  }
});

isolated('the workspace is writable, by commands and by file operations, and both see the same', async (t) => {
  const runtime = await startSandbox(t);
  await runtime.writeFile('from-outside', 'outside');
  const { stdout } = await runtime.execute('cat from-outside; echo inside > from-inside; echo more >> from-outside');
  assert.equal(stdout, 'outside');
  assert.equal(await runtime.readFile('from-inside'), 'inside\n');
  assert.equal(await runtime.readFile('from-outside'), 'outsidemore\n');
});

isolated('secrets of the machine are unreadable, to commands and to file operations', async (t) => {
  const runtime = await startSandbox(t);
  const { stdout } = await runtime.execute('cat /etc/shadow /etc/gshadow /root/.bashrc; ls -A /root');
  assert.equal(stdout, '');
  await assert.rejects(runtime.readFile('/etc/shadow'), denied);
  await assert.rejects(runtime.files.list('/root'), denied);
  await assert.rejects(runtime.readFile('/proc/1/environ'), denied);
});

isolated('a link planted inside leads no file operation out', async (t) => {
  const runtime = await startSandbox(t);
  await runtime.execute('ln -s /etc/shadow shadow; ln -s /etc/hrm-rex-evil evil; ln -s /etc etc');
  await assert.rejects(runtime.readFile('shadow'), denied);
  await assert.rejects(runtime.writeFile('evil', 'x'), denied);
  await assert.rejects(runtime.writeFile('etc/hrm-rex-evil', 'x'), denied);
  assert.equal(existsSync('/etc/hrm-rex-evil'), false);
});

isolated('a remount, a mount and a new user namespace are refused, and there are no capabilities', async (t) => {
  const runtime = await startSandbox(t);
  for (const command of ['mount -o remount,rw /', 'mount -t tmpfs none /tmp', 'unshare -Ur true', 'chroot / true']) {
    assert.notEqual((await runtime.execute(command)).exitCode, 0, command);
  }
  const { stdout } = await runtime.execute('grep -E "^(Cap|NoNewPrivs)" /proc/self/status');
  assert.deepEqual(
    new Set(stdout.match(/^Cap\w+:\s+(\S+)$/gm)?.map((line) => line.split(/\s+/)[1])),
    new Set(['0000000000000000']),
  );
  assert.match(stdout, /^NoNewPrivs:\s+1$/m);
});

isolated('other processes are invisible and out of reach', async (t) => {
  const outer = spawn('sleep', ['1000'], { stdio: 'ignore' });
  t.after(() => outer.kill('SIGKILL'));
  const runtime = await startSandbox(t);
  const { stdout } = await runtime.execute(
    `ls -d /proc/[0-9]* | wc -l; kill -9 ${outer.pid} 2>&1; cat /proc/*/cmdline`,
  );
  assert.ok(Number(stdout.split('\n')[0]) < 8);
  assert.match(stdout, /[Nn]o such process/);
  assert.doesNotMatch(stdout, /sleep\0/);
  assert.equal(outer.exitCode, null);
  assert.equal(outer.signalCode, null);
});

async function listen(t: TestContext): Promise<number> {
  const server: Server = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

isolated('network none is none, loopback of the machine included', async (t) => {
  const port = await listen(t);
  const runtime = await startSandbox(t);
  const { exitCode, stdout } = await runtime.execute([
    'bash',
    '-c',
    `tail -n +3 /proc/net/dev | cut -d: -f1; exec 5<>/dev/tcp/127.0.0.1/${port} && cat <&5`,
  ]);
  assert.equal(stdout.trim(), 'lo');
  assert.notEqual(exitCode, 0);
});

isolated('network full reaches the machine', async (t) => {
  const port = await listen(t);
  const runtime = await startSandbox(t, { network: 'full' });
  const { stdout } = await runtime.execute(['bash', '-c', `exec 5<>/dev/tcp/127.0.0.1/${port} && cat <&5`]);
  assert.equal(stdout, 'hello');
});

isolated('a command without network can listen and connect to itself', async (t) => {
  const runtime = await startSandbox(t);
  const script = `const s = require('net').createServer((c) => c.end('self')).listen(0, '127.0.0.1', () =>
    require('net').connect(s.address().port).on('data', (d) => { console.log(String(d)); s.close(); }));`;
  assert.equal((await runtime.execute(['node', '-e', script])).stdout, 'self\n');
});

isolated('/tmp is shared by commands, sessions and file operations, and not with the machine', async (t) => {
  const name = `hrm-rex-shared-${process.pid}`;
  const outer = await mkdtemp(join(tmpdir(), 'hrm-rex-outer-'));
  t.after(() => rm(outer, { recursive: true }));
  await writeFile(join(outer, 'file'), 'outer');
  const runtime = await startSandbox(t);
  await runtime.execute(`echo one > /tmp/${name}`);
  const session = await runtime.createSession();
  assert.equal((await session.run(`cat /tmp/${name}; echo two > /tmp/${name}`)).output, 'one\n');
  assert.equal(await runtime.readFile(`/tmp/${name}`), 'two\n');
  assert.equal(existsSync(join('/tmp', name)), false);
  assert.notEqual((await runtime.execute(['cat', join(outer, 'file')])).exitCode, 0);
  assert.equal((await runtime.execute('echo $TMPDIR; cd && pwd')).stdout, '/tmp\n/tmp/home\n');
});

isolated('variables of this process stay outside, those of the caller arrive', async (t) => {
  process.env.HRM_REX_TEST_SECRET = 'secret';
  t.after(() => delete process.env.HRM_REX_TEST_SECRET);
  const runtime = await startSandbox(t, { env: { OWN: 'of the sandbox' } });
  const { stdout } = await runtime.execute('echo "${HRM_REX_TEST_SECRET-gone}, $OWN, $MORE"', {
    env: { MORE: 'more' },
  });
  assert.equal(stdout, 'gone, of the sandbox, more\n');
});

isolated('variables of a command have no power on the way into the sandbox', async (t) => {
  const runtime = await startSandbox(t);
  await runtime.writeFile('script', 'echo from "$0" $$; id -u\n');
  const env = { BASH_ENV: 'script', ENV: 'script', LD_PRELOAD: '/nonexistent/library.so', PATH: '/usr/bin:/bin' };
  const { stdout, stderr } = await runtime.execute(['true'], { env });
  assert.equal(stdout, '');
  const loads = stderr.match(/cannot be preloaded/g) ?? [];
  assert.equal(loads.length, 2, 'only env and the command itself, both inside, see the variable');
});

isolated('sockets of services are hidden', async (t) => {
  const runtime = await startSandbox(t);
  const { stdout } = await runtime.execute('find /run /var/run/ -type s | head');
  assert.equal(stdout, '');
});

isolated('more paths can be written, kept read-only and hidden', async (t) => {
  const top = await mkdtemp(join('/var/tmp', 'hrm-rex-paths-'));
  t.after(() => rm(top, { recursive: true }));
  const runtime = await startSandbox(t, {
    workspace: top,
    readOnlyPaths: [join(top, await makeFile(top, 'fixed'))],
    hiddenPaths: [join(top, await makeFile(top, 'hidden')), join(top, 'absent')],
  });
  assert.notEqual((await runtime.execute('echo x >> fixed')).exitCode, 0);
  assert.equal((await runtime.execute('cat fixed hidden')).stdout, 'fixed');
  await assert.rejects(runtime.writeFile('fixed', 'x'), denied);
  await assert.rejects(runtime.readFile('hidden'), denied);
  await runtime.writeFile('free', 'x');
});

isolated('paths that do not exist are refused by name', async (t) => {
  for (const options of [{ workspace: '/nonexistent' }, { writablePaths: ['/nonexistent'] }, { workspace: '/' }]) {
    const [argument] = Object.keys(options);
    await assert.rejects(
      startSandbox(t, options),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === argument,
    );
  }
});

async function makeFile(directory: string, name: string): Promise<string> {
  await writeFile(join(directory, name), name);
  return name;
}
