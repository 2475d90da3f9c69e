import type { Deployment } from './deployment.ts';
import { type DeploymentConfig, parseDeploymentConfig } from './deployment-config.ts';
import { DockerDeployment } from './docker/docker-deployment.ts';
import { DummyDeployment } from './dummy-deployment.ts';
import { LocalDeployment } from './local-deployment.ts';
import { RemoteDeployment } from './remote-deployment.ts';
import { SshDeployment } from './ssh/ssh-deployment.ts';

/**
 * The deployment that a configuration describes, not yet started.
 * @throws INVALID_ARGUMENT for a field that is unknown, missing or of the wrong kind
 */
export function getDeployment(config: DeploymentConfig): Deployment {
  const parsed = parseDeploymentConfig(config);
  switch (parsed.type) {
    case 'local': {
      const { type: _, ...options } = parsed;
      return new LocalDeployment(options);
    }
    case 'remote': {
      const { type: _, ...options } = parsed;
      return new RemoteDeployment(options);
    }
    case 'docker': {
      const { type: _, ...options } = parsed;
      return new DockerDeployment(options);
    }
    case 'ssh': {
      const { type: _, ...options } = parsed;
      return new SshDeployment(options);
    }
    case 'dummy':
      return new DummyDeployment();
  }
}
