import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LocalDeployment } from '../../../src/sandbox/deployment/local-deployment.ts';
import { TunnelledDeployment } from '../../../src/sandbox/deployment/tunnelled-deployment.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { deploymentContract } from '../../../src/testing/index.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const command = [process.execPath, '--import', 'tsx', main, 'serve'] as const;

const makeDeployment = () => new TunnelledDeployment(new LocalDeployment(), { command });

/** Command lines and marks of the processes of this machine. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

suite('a server in another deployment', () => {
  deploymentContract({ test, makeDeployment });

  test('carries much, both ways, and many calls at once', async () => {
    await using deployment = await makeDeployment().start();
    const { runtime } = deployment;
    const bytes = Buffer.alloc(3_000_000, 'hrm-rex ');
    const echoed = await runtime.execute('cat', { stdin: bytes });
    assert.equal(echoed.stdout.length, bytes.length);
    const numbers = await Promise.all(Array.from({ length: 20 }, (_, index) => runtime.execute(['echo', `${index}`])));
    assert.deepEqual(
      numbers.map(({ stdout }) => Number(stdout)),
      [...numbers.keys()],
    );
  });

  test('has a secret that no command line holds and no command sees, and leaves nothing running', async () => {
    const outer = new LocalDeployment();
    const deployment = await new TunnelledDeployment(outer, { command }).start();
    const lines = (await commandLines()).filter((line) => line.includes('serve'));
    assert.ok(lines.length > 0 && lines.every((line) => !/[0-9a-f]{64}/.test(line)), 'no secret is to be seen');
    const { stdout } = await deployment.runtime.execute('echo "${HRM_REX_TOKEN:-none}"');
    assert.equal(stdout, 'none\n');
    await deployment.stop();
    assert.equal((await outer.isAlive()).isAlive, false);
    const left = (await commandLines()).filter((line) => line.includes(main) && line.includes('serve'));
    assert.deepEqual(left, []);
  });

  test('says what a server that does not start said', async () => {
    const broken = ['sh', '-c', 'echo "no node here" >&2; exit 1'] as const;
    const deployment = new TunnelledDeployment(new LocalDeployment(), { command: broken });
    const { context } = await expectError(deployment.start(), 'DEPLOYMENT_START_FAILED');
    assert.match(context.reason, /no node here/);
  });

  test('gives up a server that never says where it listens', async () => {
    const silent = ['sh', '-c', 'sleep 1000'] as const;
    const options = { command: silent, startupTimeoutMs: 300 };
    await expectError(new TunnelledDeployment(new LocalDeployment(), options).start(), 'DEPLOYMENT_START_FAILED');
  });
});
