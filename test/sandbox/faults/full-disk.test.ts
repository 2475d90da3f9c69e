import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { mountSmallDisk } from '../../small-disk.ts';

const small = await mountSmallDisk('1m');
const { path: disk, skip } = small;
after(() => small[Symbol.asyncDispose]());

suite('a full disk', { skip }, () => {
  test('is a typed error of every write, and leaves the old content', async () => {
    await using runtime = new LocalRuntime({ cwd: disk });
    const { files } = runtime;
    await files.write('kept', 'old content');
    const large = Buffer.alloc(2_000_000, 'x');
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 20; index++) yield Buffer.alloc(100_000, 'x');
    }
    for (const attempt of [() => files.write('kept', large), () => files.write('kept', stream())]) {
      assert.equal((await expectError(attempt(), 'DISK_FULL')).context.operation, 'write');
      assert.equal(await files.readText('kept'), 'old content');
    }
    await expectError(files.append('log', large), 'DISK_FULL');
    await files.remove('log', { missing: 'ignore' });
    assert.deepEqual(await readdir(disk), ['kept'], 'no part of a file is left');
    await files.write('after', 'there is room again');
    await files.remove('after');
    await files.remove('kept');
  });

  test('is a typed error of a transfer', async () => {
    await using runtime = new LocalRuntime({ cwd: disk });
    const local = await mkdtemp(join(tmpdir(), 'hrm-rex-local-'));
    await writeFile(join(local, 'large'), Buffer.alloc(2_000_000, 'x'));
    await expectError(runtime.upload(local, 'up'), 'DISK_FULL');
    await expectError(runtime.download(local, join(disk, 'down')), 'DISK_FULL');
    await runtime.files.remove('up', { recursive: true, missing: 'ignore' });
    for (const path of [local, join(disk, 'down')]) await rm(path, { recursive: true, force: true });
  });

  test('is an exit code of a command, and sessions go on', async () => {
    await using runtime = new LocalRuntime({ cwd: disk });
    const filled = await runtime.execute('head -c 2000000 /dev/zero >fill');
    assert.notEqual(filled.exitCode, 0);
    assert.match(filled.stderr, /No space left/);
    const session = await runtime.createSession({ loadRc: false, env: { TMPDIR: disk } });
    const result = await session.run('echo something >more; echo "status $?"; echo still here');
    assert.match(result.output, /status 1\nstill here\n$/);
    await session.run('rm fill more');
    assert.equal((await session.run('echo room >more && cat more')).output, 'room\n');
    await session.run('rm more');
  });

  test('does not matter to a session that keeps its temporary files there', async () => {
    await using runtime = new LocalRuntime({ cwd: disk });
    await runtime.execute('head -c 2000000 /dev/zero >fill');
    for (const pty of [false, true]) {
      const session = await runtime.createSession({ session: `s${pty}`, loadRc: false, pty, env: { TMPDIR: disk } });
      const script = `${': padding\n'.repeat(50_000)}echo "ran all"; (exit 5)`;
      const result = await session.run(script);
      assert.deepEqual([result.output, result.exitCode], ['ran all\n', 5]);
      const heredoc = await session.run(`cat <<END\n${'line\n'.repeat(50_000)}END`);
      assert.ok(heredoc.exitCode === 0 || /No space left|cannot create temp file/.test(heredoc.output));
      assert.equal((await session.run('echo on')).output, 'on\n');
    }
    await runtime.files.remove('fill');
  });
});
