import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandText } from '../../../../src/sandbox/deployment/ssh/command-text.ts';
import type { SshDeploymentOptions } from '../../../../src/sandbox/deployment/ssh/ssh-options.ts';
import { SshTarget } from '../../../../src/sandbox/deployment/ssh/ssh-target.ts';
import { LocalRuntime } from '../../../../src/sandbox/runtime/local-runtime.ts';
import { expectError } from '../../../../src/testing/contract/expect-error.ts';
import { askOf } from '../../target/ask-of.ts';
import { runCommands, startInProcess } from './in-process-server.ts';

async function withTarget(options: SshDeploymentOptions, use: (target: SshTarget) => Promise<void>): Promise<void> {
  const target = await SshTarget.connect(options);
  try {
    await use(target);
  } finally {
    target.close();
  }
}

/** Runs a script to its end. */
async function run(target: SshTarget, script: string) {
  const stream = await target.open(script);
  const output = { stdout: '', stderr: '' };
  stream.onOutput = (name, data) => {
    output[name] += Buffer.from(data).toString();
  };
  stream.closeInput();
  const end = await stream.ended;
  return { ...output, ...end };
}

test('a script arrives as it is, whatever it is made of', async () => {
  const runtime = new LocalRuntime();
  try {
    for (const script of [`printf '%s' 'a\\b'`, `echo "it's \\\\ $HOME \`date +%Y\`"`, "echo '!'\necho \\'x\\'", '']) {
      const expected = await runtime.execute(script);
      const actual = await runtime.execute(['bash', '-c', commandText(script)]);
      assert.deepEqual([actual.stdout, actual.exitCode], [expected.stdout, expected.exitCode], script);
    }
  } finally {
    await runtime.close();
  }
});

test('exit codes, signals and both outputs come back', async () => {
  await using server = await startInProcess();
  await withTarget(server.options, async (target) => {
    const plain = await run(target, 'echo out; echo err >&2; exit 3');
    assert.deepEqual(plain, { stdout: 'out\n', stderr: 'err\n', exitCode: 3, signal: null });
    const killed = await run(target, 'kill -9 $$');
    assert.deepEqual([killed.exitCode, killed.signal], [null, 'SIGKILL']);
  });
});

test('a host without file transfer gives its files through the shell', async () => {
  await using server = await startInProcess();
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-no-sftp-'));
  try {
    await withTarget({ ...server.options, cwd: directory }, async (target) => {
      const files = target.files(askOf(target));
      await files.write('deep/file', 'text');
      assert.equal(await files.readText(join(directory, 'deep/file')), 'text');
      assert.deepEqual(
        (await files.list('deep')).map(({ name }) => name),
        ['file'],
      );
      await expectError(files.readText('missing'), 'FILE_NOT_FOUND');
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a host that never answers a channel is cut off in time', async () => {
  await using server = await startInProcess({
    onSession: (session, commands) => {
      if (commands.length === 0) runCommands(session, commands);
      else session.on('exec', () => {});
    },
  });
  await withTarget({ ...server.options, channelTimeoutMs: 200 }, async (target) => {
    const { context } = await expectError(target.open('true'), 'OUTCOME_UNKNOWN');
    assert.equal(context.reason, 'it did not answer within 200 ms');
    assert.equal(target.connection.size, 0);
  });
});

test('a host that opens fewer channels than expected gets more connections', async () => {
  await using server = await startInProcess({ maximumChannels: 3 });
  await withTarget(server.options, async (target) => {
    const streams = await Promise.all(Array.from({ length: 7 }, () => target.open('read line; echo "$line"')));
    assert.ok(target.connection.load.every((used) => used <= 3));
    for (const stream of streams) {
      stream.onOutput = () => {};
      stream.closeInput();
    }
    await Promise.all(streams.map(({ ended }) => ended));
  });
});

test('a host that refuses to start programs says so', async () => {
  await using server = await startInProcess({
    onSession: (session) => session.on('exec', (_accept, reject) => reject()),
  });
  await expectError(SshTarget.connect(server.options), 'COMMAND_NOT_STARTED');
});

test('a host that opens no channel at all says so', async () => {
  await using server = await startInProcess({ maximumChannels: 0 });
  await expectError(SshTarget.connect(server.options), 'COMMAND_NOT_STARTED');
});

test('a channel that is closed without an exit status has no known end', async () => {
  await using server = await startInProcess({
    onSession: (session, commands) => {
      if (commands.length === 0) return runCommands(session, commands);
      session.on('exec', (accept) => accept().end('half'));
    },
  });
  await withTarget(server.options, async (target) => {
    const { stdout, lost } = await run(target, 'true');
    assert.equal(stdout, 'half');
    assert.equal(lost, 'the host closed the channel without an exit status');
  });
});

test('what ran when the link broke is lost, and the next call connects again', async () => {
  await using server = await startInProcess();
  await withTarget(server.options, async (target) => {
    const stream = await target.open('echo up; read line');
    const up = new Promise<void>((resolve) => {
      stream.onOutput = () => resolve();
    });
    await up;
    server.drop();
    assert.equal(typeof (await stream.ended).lost, 'string');
    assert.equal(await stream.write(Buffer.from('x')), false);
    assert.equal(target.gone(), undefined);
    assert.equal((await run(target, 'echo back')).stdout, 'back\n');
  });
});

test('a closed target is gone, and opens nothing', async () => {
  await using server = await startInProcess();
  const target = await SshTarget.connect(server.options);
  target.close();
  target.close();
  assert.equal(await target.lost, target.gone());
  await expectError(target.open('true'), 'RUNTIME_CLOSED');
});
