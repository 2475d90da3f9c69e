import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DummyRuntime } from '../../src/sandbox/runtime/dummy-runtime.ts';
import type { Runtime } from '../../src/sandbox/runtime/runtime.ts';
import { type RuntimeCapabilities, runtimeContract } from '../../src/testing/index.ts';

/** The cases about runtimes and sessions that a runtime fails. */
async function failures(makeRuntime: () => Runtime): Promise<string[]> {
  const cases: (readonly [string, () => Promise<void>])[] = [];
  const test = (name: string, run: () => Promise<void>) => cases.push([name, run]);
  runtimeContract({ test, makeRuntime, capabilities: { commands: false }, caseTimeoutMs: 500 });
  const failed: string[] = [];
  for (const [name, run] of cases.filter(([name]) => /^(runtime|sessions):/.test(name)))
    await run().catch(() => failed.push(name));
  return failed;
}

function names(capabilities: Partial<RuntimeCapabilities>): string[] {
  const found: string[] = [];
  runtimeContract({ test: (name) => found.push(name), makeRuntime: () => new DummyRuntime(), capabilities });
  return found;
}

test('the runtime contract has many cases, each with a name of its own', () => {
  const all = names({ python: true });
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length > 500);
});

test('capabilities leave out what does not apply', () => {
  const all = names({});
  assert.ok(all.some((name) => name.startsWith('terminal:')));
  assert.ok(!names({ terminals: false }).some((name) => /^(terminal|session on a terminal):/.test(name)));
  assert.ok(!names({ links: false }).some((name) => name.startsWith('links:')));
  assert.ok(!names({ commands: false }).some((name) => name.startsWith('execute:')));
});

test('an implementation that is wrong fails the cases about it, and no others', async () => {
  class Forgetful extends DummyRuntime {
    override async closeSession(): Promise<void> {}
  }
  assert.deepEqual(await failures(() => new Forgetful()), [
    'runtime: refuses closeSession once it is closed',
    'sessions: are not found under another name',
    'sessions: are closed by name, and the name is free',
  ]);
});

test('an implementation that hangs fails, and the suite goes on', async () => {
  class Hanging extends DummyRuntime {
    override async sessions(): Promise<string[]> {
      return await new Promise(() => {});
    }
  }
  const failed = await failures(() => new Hanging());
  assert.deepEqual(failed, [
    'runtime: refuses sessions once it is closed',
    'sessions: are found by their names',
    'sessions: have names that are taken once',
    'sessions: are closed by name, and the name is free',
  ]);
});
