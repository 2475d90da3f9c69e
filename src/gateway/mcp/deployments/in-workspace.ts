import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';

/** Where a container has the directory that its sandbox works in, and works where its image names none. */
export const containerWorkspace = '/workspace';

/**
 * A configuration whose sandboxes work in a directory, unless it names one itself. A container sees the directory as
 * `/workspace`, and writes there as this process's user.
 * @throws INVALID_ARGUMENT for a directory that does not exist
 */
export function inWorkspace(config: DeploymentConfig, workspace: string): DeploymentConfig {
  switch (config.type) {
    case 'local':
      return config.workspace === undefined ? { ...config, workspace: existing(workspace) } : config;
    case 'docker': {
      if (config.workingDirectory !== undefined || config.container !== undefined) return config;
      const mount = { type: 'bind', source: existing(workspace), target: containerWorkspace } as const;
      const user = config.user ?? `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      return { ...config, user, workingDirectory: containerWorkspace, mounts: [...(config.mounts ?? []), mount] };
    }
    case 'ssh':
      return config.cwd === undefined ? { ...config, cwd: workspace } : config;
    default:
      return config;
  }
}

function existing(path: string): string {
  const absolute = resolve(path);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory())
    throw invalidArgument('workspace', 'a directory that exists', path);
  return absolute;
}
