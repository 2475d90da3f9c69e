import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';

const base = await mkdtemp(join(tmpdir(), 'hrm-rex-disk-'));
const disk = join(base, 'disk');
await mkdir(disk);

/** Mounts a disk of one megabyte; only root can. */
function mountDisk(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMounted = mountDisk();

after(async () => {
  if (isMounted) execFileSync('umount', ['-l', disk]);
  await rm(base, { recursive: true });
});

suite('a full disk', { skip: isMounted ? false : 'needs the right to mount' }, () => {
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
    const local = join(base, 'local');
    await mkdir(local);
    await writeFile(join(local, 'large'), Buffer.alloc(2_000_000, 'x'));
    await expectError(runtime.upload(local, 'up'), 'DISK_FULL');
    await expectError(runtime.download(local, join(disk, 'down')), 'DISK_FULL');
    await runtime.files.remove('up', { recursive: true, missing: 'ignore' });
    await rm(join(disk, 'down'), { recursive: true, force: true });
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
