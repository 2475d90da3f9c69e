import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { BaseDeployment, type Opened } from '../../../src/sandbox/deployment/base-deployment.ts';
import { statusHook } from '../../../src/sandbox/deployment/hooks.ts';
import { DummyRuntime } from '../../../src/sandbox/runtime/dummy-runtime.ts';

/** Counts what a deployment opens and closes; `beforeOpen` can hold or fail an opening. */
class Counted extends BaseDeployment<DummyRuntime> {
  readonly type = 'counted';
  opened = 0;
  closed = 0;
  beforeOpen: (signal: AbortSignal) => Promise<void> = async () => {};

  protected async open(signal: AbortSignal): Promise<Opened<DummyRuntime>> {
    this.announce('Opening');
    await this.beforeOpen(signal);
    this.opened += 1;
    const runtime = new DummyRuntime();
    const close = async () => {
      this.closed += 1;
      await runtime.close();
    };
    return { runtime, close };
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('a start returns the started deployment, and a second one the same with the same runtime', async () => {
  const deployment = new Counted();
  const [first, second] = await Promise.all([deployment.start(), deployment.start()]);
  const { runtime } = deployment;
  assert.equal(first, deployment);
  assert.equal(second, deployment);
  assert.equal((await deployment.start()).runtime, runtime);
  assert.equal(deployment.opened, 1);
});

test('the runtime of a deployment that is not started says how to start it', async () => {
  const deployment = new Counted();
  const isHelpful = (error: unknown) =>
    RexError.is(error, 'DEPLOYMENT_NOT_STARTED') && error.hint?.includes('start()') === true;
  assert.throws(() => deployment.runtime, isHelpful);
  await (await deployment.start()).stop();
  assert.throws(() => deployment.runtime, isHelpful);
});

test('a deployment is alive from its start to its stop, and says why it is not', async () => {
  const deployment = new Counted();
  assert.deepEqual(await deployment.isAlive(), { isAlive: false, message: 'The counted deployment is not started.' });
  await deployment.start();
  assert.equal((await deployment.isAlive()).isAlive, true);
  await deployment.stop();
  assert.equal((await deployment.isAlive()).isAlive, false);
});

test('a stop is idempotent, also before a start, and a start can follow it', async () => {
  const deployment = new Counted();
  await deployment.stop();
  await deployment.start();
  const { runtime } = deployment;
  await Promise.all([deployment.stop(), deployment.stop()]);
  assert.equal(deployment.closed, 1);
  assert.equal((await runtime.isAlive()).isAlive, false);
  assert.notEqual((await deployment.start()).runtime, runtime);
});

test('`await using` stops a deployment at the end of the block', async () => {
  const deployment = new Counted();
  {
    await using started = await deployment.start();
    assert.equal((await started.isAlive()).isAlive, true);
  }
  assert.equal(deployment.closed, 1);
});

test('a stop gives up a start that is under way', async () => {
  const deployment = new Counted();
  const opening = new Promise<void>((resolve) => {
    deployment.beforeOpen = (signal) => {
      resolve();
      return untilAborted(signal);
    };
  });
  const starting = deployment.start();
  await opening;
  await Promise.all([
    assert.rejects(starting, (error) => RexError.is(error, 'DEPLOYMENT_START_FAILED')),
    deployment.stop(),
  ]);
  deployment.beforeOpen = async () => {};
  assert.equal((await (await deployment.start()).isAlive()).isAlive, true);
});

test('an abort gives up a start with its own reason', async () => {
  const deployment = new Counted();
  const reason = new Error('enough');
  await assert.rejects(deployment.start({ signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  deployment.beforeOpen = (signal) => {
    const waiting = untilAborted(signal);
    controller.abort(reason);
    return waiting;
  };
  await assert.rejects(deployment.start({ signal: controller.signal }), reason);
  assert.equal((await deployment.isAlive()).isAlive, false);
});

test('a start that fails says so in the words of its cause, and can be tried again', async () => {
  const deployment = new Counted();
  deployment.beforeOpen = () => Promise.reject(new Error('no place'));
  await assert.rejects(
    deployment.start(),
    (error) => RexError.is(error, 'DEPLOYMENT_START_FAILED') && error.context.reason === 'no place',
  );
  deployment.beforeOpen = async () => {};
  await deployment.start();
  assert.equal(deployment.opened, 1);
});

test('hooks hear each step under their id until they are removed', async () => {
  const deployment = new Counted();
  const heard: string[] = [];
  const hook = deployment.addHook(statusHook('a', (id, message) => heard.push(`${id}: ${message}`)));
  deployment.addHook({ onCustomStep: (message) => heard.push(message) });
  await deployment.start();
  hook[Symbol.dispose]();
  await deployment.stop();
  assert.deepEqual(heard, ['a: Opening', 'Opening', 'Stopping runtime']);
});

test('a hook that throws becomes a warning and stops nothing', async (t) => {
  const emitWarning = t.mock.method(process, 'emitWarning', () => {});
  const deployment = new Counted();
  deployment.addHook({
    onCustomStep: () => {
      throw new Error('broken hook');
    },
  });
  await deployment.start();
  assert.equal(deployment.opened, 1);
  assert.match(String(emitWarning.mock.calls[0]?.arguments[0]), /broken hook/);
});
