import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { randomId } from '../../src/core/ids.ts';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import { expectError } from '../../src/testing/contract/expect-error.ts';
import { byKey, direct } from './hosts.ts';
import { processesWith, startServer, untilGone } from './server.ts';

suite('a detached session', () => {
  test('keeps its state, tells output and exit code of each command, and ends when it is closed', async () => {
    await using deployment = await new SshDeployment(direct).start();
    const name = `d-${randomId()}`;
    const session = await deployment.startDetached({ name, env: { GREETING: "it's me" } });
    assert.equal((await session.run('cd /tmp; greet() { echo "$GREETING in $PWD"; }')).exitCode, 0);
    const { output, exitCode, start, end } = await session.run('greet; echo err >&2; (exit 3)');
    assert.deepEqual([output, exitCode, end - start], ["it's me in /tmp\nerr\n", 3, output.length]);
    await expectError(deployment.startDetached({ name }), 'SESSION_EXISTS');
    await session.run(`setsid sleep 4${name.length}1234567 >/dev/null 2>&1 & echo started`);
    await session.close();
    await session.close();
    await expectError(session.run('true'), 'SESSION_ENDED');
    await expectError(deployment.attachDetached({ name }), 'SESSION_NOT_FOUND');
    assert.deepEqual(await processesWith(`detached/${name}`), []);
    assert.deepEqual(await processesWith(`4${name.length}1234567`), []);
    assert.equal(await deployment.runtime.files.exists(`.hrm-rex/detached/${name}`), false);
  });

  test('outlives the program that started it, and replays what it printed from any byte on', async () => {
    const name = `d-${randomId()}`;
    {
      await using first = await new SshDeployment(direct).start();
      const session = await first.startDetached({ name });
      await session.run('echo one; value=kept');
      await expectError(session.run('sleep 1; echo two', { timeoutMs: 200 }), 'WAIT_TIMEOUT');
    }
    await using second = await new SshDeployment(direct).start();
    const session = await second.attachDetached({ name });
    assert.equal((await session.run('echo "$value"')).output, 'kept\n');
    const pieces: string[] = [];
    for await (const { data } of session.read({ after: 4, follow: false })) pieces.push(Buffer.from(data).toString());
    assert.equal(pieces.join(''), 'two\nkept\n');
    await session.close();
  });

  test('runs a command exactly once though the link is cut, and its reader misses and repeats nothing', async () => {
    await using server = await startServer();
    const options = { ...byKey(server.host), configFile: false, channelTimeoutMs: 2_000 } as const;
    await using deployment = await new SshDeployment(options).start();
    const name = `d-${randomId()}`;
    const session = await deployment.startDetached({ name });
    const count = 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo $i; sleep 0.05; done';
    const running = session.run(`${count}; echo over`);
    let text = '';
    let restarted: Promise<void> | undefined;
    for await (const { cursor, data } of session.read()) {
      assert.equal(cursor, text.length);
      text += Buffer.from(data).toString();
      if (text.includes('\n5\n')) restarted ??= server.kill().then(() => server.restart());
      if (text.includes('over')) break;
    }
    const expected = `${Array.from({ length: 60 }, (_, index) => index + 1).join('\n')}\nover\n`;
    assert.equal(text, expected);
    assert.equal((await running).output, expected);
    await restarted;
    await session.close();
    await untilGone(`detached/${name}`);
  });

  test('ends by itself when it is idle, and when its shell ends', async () => {
    await using deployment = await new SshDeployment(direct).start();
    const idle = await deployment.startDetached({ name: `d-${randomId()}`, idleTimeoutMs: 1_000 });
    await idle.run('sleep 1000 >/dev/null 2>&1 &');
    await untilGone(`detached/${idle.name}`);
    await expectError(idle.run('true'), 'SESSION_ENDED');
    const over = await deployment.startDetached({ name: `d-${randomId()}` });
    await expectError(over.run('exit 7'), 'SESSION_ENDED');
    await over.close();
  });
});
