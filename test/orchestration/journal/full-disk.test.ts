import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RexError } from 'hrm-rex';
import { done, type Handler, openFileJournal, recover, run } from 'hrm-rex/orchestration';
import { mountSmallDisk } from '../../small-disk.ts';

const small = await mountSmallDisk('512k');
const { path: disk, skip } = small;
after(() => small[Symbol.asyncDispose]());

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
