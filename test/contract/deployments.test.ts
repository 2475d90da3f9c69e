import { suite, test } from 'node:test';
import { DummyDeployment } from '../../src/sandbox/deployment/dummy-deployment.ts';
import { LocalDeployment } from '../../src/sandbox/deployment/local-deployment.ts';
import { RemoteDeployment } from '../../src/sandbox/deployment/remote-deployment.ts';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { serve } from '../../src/sandbox/server/serve.ts';
import { deploymentContract } from '../../src/testing/index.ts';

suite('LocalDeployment', () => deploymentContract({ test, makeDeployment: () => new LocalDeployment() }));

suite('DummyDeployment', () =>
  deploymentContract({ test, makeDeployment: () => new DummyDeployment(), commands: false }));

suite('RemoteDeployment', async () => {
  const runtime = new LocalRuntime();
  const server = await serve(runtime, { token: 'contract' });
  test.after(async () => {
    await server.stop();
    await runtime.close();
  });
  deploymentContract({ test, makeDeployment: () => new RemoteDeployment({ url: server.url, token: 'contract' }) });
});
