import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResourceLocks, type ResourceUse } from 'hrm-rex/agents';

const signal = new AbortController().signal;
const use = fc.record<ResourceUse>({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  mode: fc.constantFrom('read', 'write'),
});

test('law: no writer beside another, every call ends, and calls that share a resource begin in their order', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.record({ uses: fc.array(use, { maxLength: 4 }), turns: fc.nat(3) }), { minLength: 1, maxLength: 20 }),
    async (calls) => {
      const locks = new ResourceLocks();
      const inside = new Map<string, { readers: number; writers: number }>();
      const begun: number[] = [];
      const modes = calls.map(({ uses }) => modesOf(uses));
      const work = calls.map(({ uses, turns }, index) =>
        locks.use(uses, signal, async () => {
          begun.push(index);
          const mine = [...(modes[index] as Map<string, string>)];
          for (const [key, mode] of mine) {
            const at = inside.get(key) ?? { readers: 0, writers: 0 };
            inside.set(key, at);
            assert.equal(at.writers, 0);
            if (mode === 'write') assert.equal(at.readers, 0);
            at[mode === 'write' ? 'writers' : 'readers'] += 1;
          }
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          for (const [key, mode] of mine) {
            const at = inside.get(key) as { readers: number; writers: number };
            at[mode === 'write' ? 'writers' : 'readers'] -= 1;
          }
        }),
      );
      await Promise.all(work);
      assert.equal(begun.length, calls.length);
      for (const [first, earlier] of modes.entries()) {
        for (const [offset, later] of modes.slice(first + 1).entries()) {
          const clash = [...earlier].some(
            ([key, mode]) => later.has(key) && (mode === 'write' || later.get(key) === 'write'),
          );
          if (clash) assert.ok(begun.indexOf(first) < begun.indexOf(first + 1 + offset));
        }
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

test('readers run together, and a reader behind a writer waits for it', async () => {
  const locks = new ResourceLocks();
  const log: string[] = [];
  const gates: (() => void)[] = [];
  const enter = (name: string, mode: ResourceUse['mode']) =>
    locks.use([{ key: 'k', mode }], signal, async () => {
      log.push(name);
      await new Promise<void>((resolve) => gates.push(resolve));
    });
  const work = [enter('r1', 'read'), enter('r2', 'read'), enter('w', 'write'), enter('r3', 'read')];
  await tick();
  assert.deepEqual(log, ['r1', 'r2']);
  for (const expected of [
    ['r1', 'r2', 'w'],
    ['r1', 'r2', 'w', 'r3'],
  ]) {
    for (const gate of gates.splice(0)) gate();
    await tick();
    assert.deepEqual(log, expected);
  }
  for (const gate of gates) gate();
  await Promise.all(work);
});

test('an abort ends the waiting, and those behind go on', async () => {
  const locks = new ResourceLocks();
  const abort = new AbortController();
  let open = (): void => {};
  const uses: ResourceUse[] = [{ key: 'k', mode: 'write' }];
  const holder = locks.use(
    uses,
    signal,
    () =>
      new Promise<void>((resolve) => {
        open = resolve;
      }),
  );
  const given = assert.rejects(
    locks.use(uses, abort.signal, () => assert.fail('it ran')),
    { name: 'AbortError' },
  );
  const behind = locks.use(uses, signal, () => 'mine');
  await tick();
  abort.abort();
  await given;
  open();
  await holder;
  assert.equal(await behind, 'mine');
});

test('a failing call gives its resources back', async () => {
  const locks = new ResourceLocks();
  const uses: ResourceUse[] = [{ key: 'k', mode: 'write' }];
  await assert.rejects(
    locks.use(uses, signal, () => assert.fail('broken')),
    /broken/,
  );
  assert.equal(await locks.use(uses, signal, () => 1), 1);
});

function modesOf(uses: readonly ResourceUse[]): Map<string, string> {
  const modes = new Map<string, string>();
  for (const { key, mode } of uses) if (modes.get(key) !== 'write') modes.set(key, mode);
  return modes;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
