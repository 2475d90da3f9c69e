import { invalidArgument } from '../../../core/errors.ts';
import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';
import { inWorkspace } from './in-workspace.ts';
import { defaultImage } from './safest.ts';

/**
 * A configuration from a short text: `local`, `bubblewrap`, `docker`, `docker:IMAGE`, `ssh://USER@HOST`, or the address of a
 * `hrm-rex serve` (its token in `HRM_REX_REMOTE_TOKEN`).
 * @throws INVALID_ARGUMENT for another text, and for a workspace that does not exist or that a server elsewhere decides about
 */
export function parseDeployment(
  text: string,
  options: { readonly workspace?: string | undefined; readonly remoteToken?: string | undefined } = {},
): DeploymentConfig {
  const { workspace, remoteToken } = options;
  const config = parse(text, remoteToken);
  if (workspace === undefined) return config;
  if (config.type === 'remote') throw invalidArgument('workspace', 'nothing: the server at the URL decides', workspace);
  return inWorkspace(config, workspace);
}

function parse(text: string, remoteToken: string | undefined): DeploymentConfig {
  if (text === 'local') return { type: 'local' };
  if (text === 'bubblewrap') return { type: 'local', isolation: 'bubblewrap' };
  if (text === 'docker') return { type: 'docker', image: defaultImage };
  if (text.startsWith('docker:') && text.length > 7) return { type: 'docker', image: text.slice(7) };
  if (text.startsWith('ssh://')) return { type: 'ssh', host: text };
  if (/^https?:\/\//.test(text)) return { type: 'remote', url: text, ...(remoteToken ? { token: remoteToken } : {}) };
  const expected =
    'local, bubblewrap, docker, docker:IMAGE, ssh://USER@HOST, http(s)://HOST:PORT or a name of the configuration';
  throw invalidArgument('deployment', expected, text);
}
