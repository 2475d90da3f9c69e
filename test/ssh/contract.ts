import { suite, test } from 'node:test';
import { SshDeployment } from '../../src/sandbox/deployment/ssh/ssh-deployment.ts';
import type { SshDeploymentOptions } from '../../src/sandbox/deployment/ssh/ssh-options.ts';
import { SshTarget } from '../../src/sandbox/deployment/ssh/ssh-target.ts';
import { TargetRuntime } from '../../src/sandbox/target/target-runtime.ts';
import { deploymentContract, runtimeContract } from '../../src/testing/index.ts';

/** Registers both contracts for one way to the target; all runtimes share the connections of one target. */
export async function sshContracts(way: string, options: SshDeploymentOptions): Promise<void> {
  const target = await SshTarget.connect(options);
  test.after(() => target.close());
  suite(`ssh ${way}: deployment`, () => {
    deploymentContract({ test, makeDeployment: () => new SshDeployment(options) });
  });
  suite(`ssh ${way}: runtime`, () => {
    runtimeContract({ test, makeRuntime: () => new TargetRuntime(target).open() });
  });
}
