import { suite, test } from 'node:test';
import { DummyDeployment } from '../../src/sandbox/deployment/dummy-deployment.ts';
import { LocalDeployment } from '../../src/sandbox/deployment/local-deployment.ts';
import { deploymentContract } from '../../src/testing/deployment-contract.ts';

suite('LocalDeployment', () => deploymentContract({ test, makeDeployment: () => new LocalDeployment() }));

suite('DummyDeployment', () =>
  deploymentContract({ test, makeDeployment: () => new DummyDeployment(), commands: false }));
