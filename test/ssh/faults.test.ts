import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { suite, test } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import type { SshDeploymentOptions } from '../../src/sandbox/deployment/ssh/ssh-options.ts';
import { SshTarget } from '../../src/sandbox/deployment/ssh/ssh-target.ts';
import { TargetRuntime } from '../../src/sandbox/target/target-runtime.ts';
import { expectError, rejectionOf } from '../../src/testing/contract/expect-error.ts';
import { byKey, type TestHost, throughJump } from './hosts.ts';
import { processesWith, startServer, untilGone } from './server.ts';

/** Notices a link that was cut within a second. */
function watchful(host: TestHost): SshDeploymentOptions {
  return { ...byKey(host), configFile: false, keepaliveIntervalMs: 250, keepaliveCountMax: 3, channelTimeoutMs: 2_000 };
}

/** Ends what a cut link left there, as servers do that are set up for it. */
const watchfulServer = ['ClientAliveInterval 1', 'ClientAliveCountMax 2'];

/** A program that can be told from all others, and prints. */
function makeTicker(): { readonly mark: string; readonly command: string } {
  const mark = String(100_000_000 + randomInt(800_000_000));
  return { mark, command: `sleep ${mark} & while :; do echo tick; sleep 0.02; done` };
}

async function isCutOff(promise: Promise<unknown>): Promise<void> {
  const error = await rejectionOf(promise);
  assert.ok(RexError.is(error, 'OUTCOME_UNKNOWN') || RexError.is(error, 'CONNECTION_FAILED'), String(error));
}

suite('a link that is cut', () => {
  test('in mid-stream: nobody makes up an end, the next call connects again, nothing is left there', async () => {
    await using server = await startServer({ network: true, lines: watchfulServer });
    await using deployment = await new SshDeployment(watchful(server.host)).start();
    const { runtime } = deployment;
    const { mark, command } = makeTicker();
    const session = await runtime.createSession({ loadRc: false });
    const handle = await runtime.spawn(command);
    await handle.waitFor('tick');
    const inSession = session.run('sleep 1000');
    const executed = runtime.execute('sleep 1000');
    const outcomes = [handle.result(), inSession, executed].map(rejectionOf);
    await server.setLink('down');
    const errors = await Promise.all(outcomes);
    const codes = errors.map((error) => (error as RexError).code);
    assert.deepEqual(codes, ['OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN'], String(errors));
    await isCutOff(runtime.execute('true'));
    assert.equal((await runtime.isAlive({ timeoutMs: 4_000 })).isAlive, false);
    await server.setLink('up');
    assert.equal((await runtime.execute(['echo', 'back'])).stdout, 'back\n');
    assert.equal((await runtime.isAlive()).isAlive, true);
    await untilGone(mark);
    const again = await runtime.createSession({ session: 'again', loadRc: false });
    assert.equal((await again.run('echo "$((6 * 7))"')).output, '42\n');
  });

  test('while nothing runs (half-open): calls fail within their time, none hangs', async () => {
    await using server = await startServer({ network: true, lines: watchfulServer });
    const options = {
      ...watchful(server.host),
      keepaliveIntervalMs: 0,
      channelTimeoutMs: 500,
      connectTimeoutMs: 3_000,
    };
    await using deployment = await new SshDeployment(options).start();
    const { runtime } = deployment;
    await runtime.writeFile('/tmp/hrm-rex-half-open', 'x');
    await runtime.files.remove('/tmp/hrm-rex-half-open');
    await server.setLink('down');
    await isCutOff(runtime.execute('true'));
    await isCutOff(runtime.createSession({ loadRc: false }));
    await server.setLink('up');
    assert.equal((await runtime.execute(['echo', 'back'])).stdout, 'back\n');
    await runtime.writeFile('/tmp/hrm-rex-half-open', 'y');
    assert.equal(await runtime.readFile('/tmp/hrm-rex-half-open'), 'y');
    await runtime.files.remove('/tmp/hrm-rex-half-open');
  });

  test('behind a jump host', async () => {
    await using server = await startServer();
    await using deployment = await new SshDeployment({ ...throughJump, jumpHosts: [byKey(server.host)] }).start();
    const { runtime } = deployment;
    const running = rejectionOf(runtime.execute('sleep 1000'));
    await runtime.execute('true');
    await server.kill();
    assert.ok(RexError.is(await running, 'OUTCOME_UNKNOWN'), String(await running));
    await server.restart();
    assert.equal((await runtime.execute(['echo', 'back'])).stdout, 'back\n');
  });
});

suite('a server that is killed', () => {
  test('what ran has no known end, calls fail at once, and work when it is back', async () => {
    await using server = await startServer();
    await using deployment = await new SshDeployment(watchful(server.host)).start();
    const { runtime } = deployment;
    const { mark, command } = makeTicker();
    const handle = await runtime.spawn(command);
    await handle.waitFor('tick');
    await server.kill();
    await expectError(handle.result(), 'OUTCOME_UNKNOWN');
    await expectError(runtime.execute('true'), 'CONNECTION_FAILED');
    assert.equal((await deployment.isAlive()).isAlive, false);
    await untilGone(mark);
    await server.restart();
    assert.equal((await runtime.execute(['echo', 'back'])).stdout, 'back\n');
  });

  test('a stop ends in time though the server is gone', async () => {
    await using server = await startServer();
    const deployment = await new SshDeployment(watchful(server.host)).start();
    await deployment.runtime.spawn('sleep 1000');
    await server.kill();
    await deployment.stop();
    assert.equal((await deployment.isAlive()).isAlive, false);
  });
});

suite('channels', () => {
  test('20 commands and 12 sessions at once never ask one connection for more than 8 channels', async () => {
    // A ninth channel on one connection would be refused.
    await using server = await startServer({ lines: ['MaxSessions 8'] });
    const target = await SshTarget.connect(watchful(server.host));
    const runtime = await new TargetRuntime(target).open();
    try {
      const sessions = await Promise.all(
        Array.from({ length: 12 }, (_, index) => runtime.createSession({ session: `s${index}`, loadRc: false })),
      );
      let most = 0;
      const commands = Array.from({ length: 20 }, async (_, index) => {
        const handle = await runtime.spawn(['sh', '-c', `echo ${index}; read line; echo "$line"`], { stdin: 'pipe' });
        await handle.waitFor(`${index}\n`);
        most = Math.max(most, ...target.connection.load);
        return handle;
      });
      const handles = await Promise.all(commands);
      assert.ok(most <= 8, `at most 8, not ${most}`);
      assert.ok(target.connection.size >= 5, 'more connections were opened');
      const outputs = await Promise.all(sessions.map((session, index) => session.run(`echo session ${index}`)));
      assert.deepEqual(
        outputs.map(({ output }) => output),
        sessions.map((_, index) => `session ${index}\n`),
      );
      for (const handle of handles) await handle.write('end\n');
      for (const [index, handle] of handles.entries()) {
        assert.equal((await handle.result()).stdout, `${index}\nend\n`);
      }
    } finally {
      await runtime.close();
      target.close();
    }
  });

  test('a server that allows fewer is served on more connections', async () => {
    await using server = await startServer({ lines: ['MaxSessions 2'] });
    await using deployment = await new SshDeployment(watchful(server.host)).start();
    const { runtime } = deployment;
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) => runtime.execute(`sleep 0.2; echo ${index}`)),
    );
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ['0\n', '1\n', '2\n', '3\n', '4\n', '5\n'],
    );
  });
});

suite('nothing is left', () => {
  test('on the far side after timeout, abort and stop', async () => {
    await using server = await startServer();
    const deployment = await new SshDeployment(watchful(server.host)).start();
    const { runtime } = deployment;
    const marks = [makeTicker(), makeTicker(), makeTicker(), makeTicker()];
    const [late, aborted, running, hidden] = marks as [Ticker, Ticker, Ticker, Ticker];
    await expectError(runtime.execute(late.command, { timeoutMs: 300 }), 'COMMAND_TIMEOUT');
    assert.deepEqual(await processesWith(late.mark), []);

    const controller = new AbortController();
    const handle = await runtime.spawn(aborted.command, { signal: controller.signal });
    await handle.waitFor('tick');
    controller.abort();
    await handle.wait();
    assert.deepEqual(await processesWith(aborted.mark), []);

    const session = await runtime.createSession({ loadRc: false });
    await session.run(`setsid nohup sleep ${hidden.mark} >/dev/null 2>&1 &`);
    await (await runtime.spawn(running.command)).waitFor('tick');
    assert.equal((await processesWith(hidden.mark)).length > 0, true);
    await deployment.stop();
    assert.deepEqual(await processesWith(running.mark), []);
    assert.deepEqual(await processesWith(hidden.mark), []);
  });
});

type Ticker = ReturnType<typeof makeTicker>;
