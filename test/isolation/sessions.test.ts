import assert from 'node:assert/strict';
import { RexError } from '../../src/core/errors.ts';
import { openSandbox } from '../../src/sandbox/deployment/bubblewrap/open-sandbox.ts';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { isolated, startSandbox } from './bubblewrap.ts';

isolated('a session keeps its state inside the sandbox', async (t) => {
  const runtime = await startSandbox(t);
  const session = await runtime.createSession();
  await session.run('cd /tmp; NAME=value; f() { echo "$NAME in $PWD"; }');
  assert.equal((await session.run('f; touch /etc/hrm-rex-evil')).output.split('\n')[0], 'value in /tmp');
  assert.notEqual((await session.run('touch /etc/hrm-rex-evil')).exitCode, 0);
});

isolated('a session on a terminal has job control and an answering program', async (t) => {
  const runtime = await startSandbox(t);
  const session = await runtime.createSession({ pty: { columns: 100, rows: 30 } });
  assert.equal((await session.run('test -t 1 && stty size')).output.trim(), '30 100');
  const asked = await session.run('read -p "name? " name', { expect: 'name? ' });
  assert.equal(asked.exitCode, null);
  await session.run('Ada', { interactive: true });
  assert.equal((await session.run('echo "$name"')).output, 'Ada\n');
});

isolated('Ctrl-C on a terminal interrupts the program and not its sandbox', async (t) => {
  const runtime = await startSandbox(t);
  const handle = await runtime.spawn(
    ['bash', '-c', 'trap "echo caught; exit 5" INT; echo up; while :; do sleep 0.01; done'],
    {
      pty: true,
    },
  );
  await handle.waitFor('up');
  await handle.write('\x03');
  await handle.waitFor('caught');
  assert.equal((await handle.wait()).exitCode, 5);
});

isolated('SIGTERM reaches the program, which can clean up', async (t) => {
  const runtime = await startSandbox(t);
  const script = 'trap "echo cleaned; exit 6" TERM; echo up; while :; do sleep 0.01; done';
  const handle = await runtime.spawn(['bash', '-c', script]);
  await handle.waitFor('up');
  assert.deepEqual(await handle.kill('SIGTERM', { graceMs: 10_000 }), { exitCode: 6, signal: null, reason: 'kill' });
  await handle.waitFor('cleaned');
});

isolated('a signal ends a program inside, and shows as exit code 128 + n', async (t) => {
  const runtime = await startSandbox(t);
  const own = await runtime.execute('kill -9 $$');
  assert.deepEqual([own.exitCode, own.signal], [128 + 9, null]);
  const handle = await runtime.spawn('echo up; exec sleep 1000');
  await handle.waitFor('up');
  assert.deepEqual(await handle.kill(), { exitCode: 128 + 15, signal: null, reason: 'kill' });
});

isolated('the command of a launch is known by the process that was started', async (t) => {
  const { isolation, env, workspace } = await openSandbox({}, new AbortController().signal);
  t.after(() => isolation.dispose());
  const runtime = new LocalRuntime({ isolation, env, cwd: workspace });
  t.after(() => runtime.close());
  const handle = await runtime.spawn([
    'bash',
    '-c',
    'trap "echo got it; exit 4" USR1; echo up; while :; do sleep 0.01; done',
  ]);
  await handle.waitFor('up');
  const command = isolation.commandOf(handle.pid ?? 0);
  assert.ok(command);
  process.kill(command, 'SIGUSR1');
  await handle.waitFor('got it');
  assert.equal((await handle.wait()).exitCode, 4);
  assert.equal(isolation.commandOf(handle.pid ?? 0), undefined);
});

isolated('a program that does not exist, and a directory that does not, are told before anything starts', async (t) => {
  const runtime = await startSandbox(t);
  const isNotStarted = (error: unknown) => RexError.is(error, 'COMMAND_NOT_STARTED');
  await assert.rejects(runtime.execute(['hrm-rex-no-such-program']), isNotStarted);
  await assert.rejects(runtime.execute(['true'], { cwd: '/nonexistent' }), isNotStarted);
  await runtime.writeFile('plain', 'no program');
  await assert.rejects(runtime.execute(['./plain']), isNotStarted);
  await runtime.execute('mkdir -p /tmp/real bin; ln -s /tmp/real /tmp/link; ln -s /usr/bin/echo "bin/a=b"');
  assert.equal((await runtime.execute(['pwd'], { cwd: '/tmp/link' })).stdout.trim(), '/tmp/real');
  assert.equal((await runtime.execute(['bin/a=b', 'ran'])).stdout, 'ran\n');
});
