import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../../../sandbox/deployment/get-deployment.ts';

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
  {
    name: 'bubblewrap',
    config: { type: 'local', isolation: 'bubblewrap' },
    explanation:
      'bubblewrap: each sandbox has a workspace of its own, no network, and sees nothing of this machine to write',
  },
  {
    name: 'docker',
    config: { type: 'docker', image: defaultImage },
    explanation: `docker: each sandbox is a hardened container of ${defaultImage}`,
  },
] as const;

/** Finds the safest place by trying them: bubblewrap, then a container, then this machine as it is. */
export async function findSafest(workspace?: string, signal?: AbortSignal): Promise<SafestDeployment> {
  const refusals: string[] = [];
  for (const { name, config, explanation } of candidates) {
    const complete = name === 'bubblewrap' && workspace !== undefined ? { ...config, workspace } : config;
    const refusal = await refusalOf(complete, signal);
    if (refusal === undefined) return { name, config: complete, explanation };
    refusals.push(`${name}: ${refusal}`);
  }
  return {
    name: 'local',
    config: { type: 'local', ...(workspace === undefined ? {} : { workspace }) },
    explanation: `local: NOT ISOLATED, commands can do what this user can (${refusals.join('; ')})`,
  };
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
