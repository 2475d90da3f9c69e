import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { LocalDeployment, type LocalDeploymentOptions } from '../../../src/sandbox/deployment/local-deployment.ts';

test('without isolation, commands run in the workspace with the additions to the environment', async (t) => {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'hrm-rex-deployment-')));
  t.after(() => rm(workspace, { recursive: true }));
  await using deployment = await new LocalDeployment({
    workspace,
    env: { GREETING: 'hello', HOME: undefined },
  }).start();
  const { stdout } = await deployment.runtime.execute('pwd; echo "$GREETING ${HOME-gone} ${PATH:+kept}"');
  assert.equal(stdout, `${workspace}\nhello gone kept\n`);
  await deployment.runtime.writeFile('note', 'text');
  assert.equal(await deployment.runtime.readFile(join(workspace, 'note')), 'text');
});

test('a local deployment tells its hooks that it starts and stops the runtime', async () => {
  const heard: string[] = [];
  const deployment = new LocalDeployment();
  deployment.addHook({ onCustomStep: (message) => heard.push(message) });
  await deployment.start();
  await deployment.stop();
  assert.deepEqual(heard, ['Starting runtime', 'Stopping runtime']);
});

test('a stop ends the processes of the deployment', async () => {
  await using deployment = await new LocalDeployment().start();
  const handle = await deployment.runtime.spawn(['sleep', '1000']);
  await deployment.stop();
  assert.equal((await handle.wait()).reason, 'close');
});

const confining: readonly LocalDeploymentOptions[] = [
  { network: 'none' },
  { limits: { processes: 64 } },
  { readOnlyPaths: ['/etc'] },
  { writablePaths: ['/srv'] },
  { hiddenPaths: ['/home'] },
];

for (const options of confining) {
  const [name] = Object.keys(options);
  test(`${name} is refused without a sandbox that could enforce it`, async () => {
    await assert.rejects(
      new LocalDeployment(options).start(),
      (error) => RexError.is(error, 'INVALID_ARGUMENT') && error.context.argument === name,
    );
  });
}

test('an isolation that does not exist is refused', async () => {
  const options = { isolation: 'jail' } as unknown as LocalDeploymentOptions;
  await assert.rejects(new LocalDeployment(options).start(), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
});
