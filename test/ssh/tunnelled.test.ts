import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import { TunnelledDeployment } from '../../src/sandbox/deployment/tunnelled-deployment.ts';
import { direct, throughJump } from './hosts.ts';
import { processesWith } from './server.ts';

const repository = resolve(import.meta.dirname, '../..');
const main = resolve(repository, 'src/cli/main.ts');
// The user of the tests may not be allowed to read this repository.
const user = 'root';

suite('a server behind SSH', () => {
  for (const [way, options] of [
    ['straight', direct],
    ['through the jump host', throughJump],
  ] as const) {
    test(`is used through a tunnel, ${way}, and ends with it`, async () => {
      const command = [process.execPath, '--import', 'tsx', main, 'serve'] as const;
      const outer = new SshDeployment({ ...options, user });
      const deployment = await new TunnelledDeployment(outer, { command, cwd: repository }).start();
      const { runtime } = deployment;
      assert.equal((await runtime.execute(['id', '-un'])).stdout, 'root\n');
      const session = await runtime.createSession({ loadRc: false });
      assert.equal((await session.run('echo "$((6 * 7))"')).output, '42\n');
      assert.ok((await processesWith(`${main}\0serve`)).length > 0);
      await deployment.stop();
      assert.deepEqual(await processesWith(`${main}\0serve`), []);
    });
  }
});
