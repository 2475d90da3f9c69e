import assert from 'node:assert/strict';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { isolated, isolatedAsRoot, isRoot, startSandbox } from './bubblewrap.ts';

/** A workspace of a user, where anybody can get to it. */
async function makeWorkspace(t: TestContext, owner: number): Promise<string> {
  const path = await mkdtemp('/var/tmp/hrm-rex-workspace-');
  t.after(() => rm(path, { recursive: true }));
  await chown(path, owner, owner);
  return path;
}

isolated('a workspace that the sandbox makes belongs to its user and is where commands start', async (t) => {
  const runtime = await startSandbox(t);
  const { stdout } = await runtime.execute('id -u; stat -c %u .; stat -c %a .');
  const uid = isRoot ? 65534 : process.getuid?.();
  assert.equal(stdout, `${uid}\n${uid}\n700\n`);
});

isolatedAsRoot('root becomes the owner of the workspace', async (t) => {
  const workspace = await makeWorkspace(t, 23_456);
  const runtime = await startSandbox(t, { workspace });
  assert.equal((await runtime.execute('id -u; id -g; id -G; pwd')).stdout, `23456\n23456\n23456\n${workspace}\n`);
});

isolatedAsRoot('what is written from outside belongs to the user inside', async (t) => {
  const workspace = await makeWorkspace(t, 23_456);
  const runtime = await startSandbox(t, { workspace });
  await runtime.writeFile('a/file', 'x');
  await runtime.files.append('appended', 'x');
  const source = await makeWorkspace(t, 0);
  await writeFile(join(source, 'file'), 'x');
  await runtime.upload(source, 'uploaded');
  await runtime.files.mkdir('made', { mode: 0o700 });
  const { stdout } = await runtime.execute(
    'stat -c %u a a/file appended uploaded uploaded/file made; echo y >> a/file',
  );
  assert.equal(stdout, '23456\n'.repeat(6));
  await writeFile(join(workspace, 'ours'), 'of root', { mode: 0o600 });
  const denied = (error: unknown) => RexError.is(error, 'PERMISSION_DENIED');
  await assert.rejects(runtime.readFile('ours'), denied);
  await assert.rejects(runtime.writeFile('ours', 'x'), denied);
  await assert.rejects(runtime.files.chmod('ours', 0o666), denied);
  assert.equal(await readFile(join(workspace, 'ours'), 'utf8'), 'of root');
});

isolatedAsRoot("a workspace of root's is worked on by root without any power", async (t) => {
  const workspace = await makeWorkspace(t, 0);
  await chmod(workspace, 0o700);
  const runtime = await startSandbox(t, { workspace });
  const script = `id -u; echo mine > file; cat file
    cat /etc/shadow /root/.bashrc 2>&1 | grep -c root:
    mount -o remount,rw / 2>/dev/null || echo no remount
    echo x > /etc/hrm-rex-evil || echo no write
    pattern=$(cat /proc/sys/kernel/core_pattern); echo "$pattern" > /proc/sys/kernel/core_pattern || echo no sysctl
    echo h > /proc/sysrq-trigger || echo no sysrq
    head -c 1 /proc/kcore | wc -c
    chown 1 file 2>/dev/null || echo no chown
    cat /proc/1/root/etc/shadow 2>/dev/null | wc -c`;
  const { stdout } = await runtime.execute(script);
  assert.equal(stdout, '0\nmine\n0\nno remount\nno write\nno sysctl\nno sysrq\n0\nno chown\n0\n');
  assert.equal((await stat(join(workspace, 'file'))).uid, 0);
});

isolatedAsRoot('an owner who cannot get to the workspace fails the start, with a hint', async (t) => {
  const outer = await makeWorkspace(t, 0);
  await chmod(outer, 0o700);
  const workspace = await mkdtemp(join(outer, 'inner-'));
  await chown(workspace, 23_456, 23_456);
  await assert.rejects(startSandbox(t, { workspace }), (error) => {
    assert.ok(RexError.is(error, 'DEPLOYMENT_START_FAILED'), String(error));
    assert.match(error.hint ?? '', /reach the workspace/);
    return true;
  });
});
