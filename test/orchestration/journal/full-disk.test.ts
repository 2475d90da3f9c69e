import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RexError } from 'hrm-rex';
import { done, type Handler, openFileJournal, recover, run } from 'hrm-rex/orchestration';

const base = await mkdtemp(join(tmpdir(), 'hrm-rex-disk-'));
const disk = join(base, 'disk');
await mkdir(disk);

/** Mounts a disk of half a megabyte; only root can. */
function mountDisk(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk], { stdio: 'ignore' });
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

const skip = isMounted ? false : 'needs the right to mount';

test('a run whose disk is full says so, and goes on from all that was acknowledged', { skip }, async () => {
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(400_000));
  const executed: string[] = [];
  const work: Handler = async ({ id }) => {
    executed.push(id);
    return done('x'.repeat(4_000));
  };
  const nodes = Array.from({ length: 60 }, (_, index) => ({
    id: `n${index}`,
    task: { goal: 'work' },
    use: 'work',
    dependsOn: index === 0 ? [] : [`n${index - 1}`],
  }));
  const durable: string[] = [];
  {
    await using journal = await openFileJournal(join(disk, 'journal'));
    const running = run({ nodes }, { runId: 'run', journal, handlers: { work } });
    const failed = running.result.catch((error: unknown) => error);
    for await (const { type, node } of running) if (type === 'node.done' && node) durable.push(node);
    const error = await failed;
    assert.ok(RexError.is(error, 'JOURNAL_WRITE_FAILED'), String(error));
    assert.equal(error.context.errno, 'ENOSPC');
  }
  assert.ok(durable.length > 0 && durable.length < nodes.length);
  await rm(filler);
  const before = executed.length;
  await using journal = await openFileJournal(join(disk, 'journal'));
  const recovered = await recover('run', { journal, handlers: { work } });
  assert.equal(Object.keys(await recovered.result).length, nodes.length);
  const again = new Set(executed.slice(before));
  for (const node of durable) assert.ok(!again.has(node), `${node} was acknowledged and ran again`);
});
