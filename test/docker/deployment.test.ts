import { suite, test } from 'node:test';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import { deploymentContract } from '../../src/testing/deployment-contract.ts';
import { bashImage } from './engine.ts';

suite('DockerDeployment', () =>
  deploymentContract({ test, makeDeployment: () => new DockerDeployment({ image: bashImage, network: 'none' }) }));
