import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../../../sandbox/deployment/get-deployment.ts';
import { inWorkspace } from './in-workspace.ts';

/** The safest place that this machine offers. */
export interface SafestDeployment {
  readonly name: 'bubblewrap' | 'docker' | 'local';
  readonly config: DeploymentConfig;
  /** One sentence on what it means, with why nothing safer is used. */
  readonly explanation: string;
}

/** Image for containers where none is configured. */
export const defaultImage = 'debian:stable-slim';

const candidates = [
  { name: 'bubblewrap', config: { type: 'local', isolation: 'bubblewrap' } },
  { name: 'docker', config: { type: 'docker', image: defaultImage } },
] as const;

/**
 * Finds the safest place by trying them: bubblewrap, then a container, then this machine as it is.
 * @throws INVALID_ARGUMENT for a workspace that does not exist
 */
export async function findSafest(workspace?: string, signal?: AbortSignal): Promise<SafestDeployment> {
  const refusals: string[] = [];
  const at = (config: DeploymentConfig) => (workspace === undefined ? config : inWorkspace(config, workspace));
  for (const { name, config } of candidates) {
    const complete = at(config);
    const refusal = await refusalOf(complete, signal);
    if (refusal === undefined) return { name, config: complete, explanation: explain(name, workspace) };
    refusals.push(`${name}: ${refusal}`);
  }
  return {
    name: 'local',
    config: at({ type: 'local' }),
    explanation: `local: NOT ISOLATED, commands can do what this user can (${refusals.join('; ')})`,
  };
}

function explain(name: 'bubblewrap' | 'docker', workspace: string | undefined): string {
  const where = workspace === undefined ? 'a workspace of its own' : `${workspace} to write`;
  if (name === 'docker') return `docker: each sandbox is a hardened container of ${defaultImage} with ${where}`;
  return `bubblewrap: each sandbox has ${where}, no network, and sees nothing else of this machine to write`;
}

async function refusalOf(config: DeploymentConfig, signal: AbortSignal | undefined): Promise<string | undefined> {
  const deployment = getDeployment(config);
  try {
    await deployment.start(signal ? { signal } : {});
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).slice(0, 200);
  } finally {
    await deployment.stop();
  }
}
