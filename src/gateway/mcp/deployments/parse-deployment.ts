import { invalidArgument } from '../../../core/errors.ts';
import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';
import { defaultImage } from './safest.ts';

/**
 * A configuration from a short text: `local`, `bubblewrap`, `docker`, `docker:IMAGE`, `ssh://USER@HOST`, or the address of a
 * `hrm-rex serve` (its token in `HRM_REX_REMOTE_TOKEN`).
 * @throws INVALID_ARGUMENT for another text
 */
export function parseDeployment(
  text: string,
  options: { readonly workspace?: string | undefined; readonly remoteToken?: string | undefined } = {},
): DeploymentConfig {
  const { workspace, remoteToken } = options;
  const at = workspace === undefined ? {} : { workspace };
  if (text === 'local') return { type: 'local', ...at };
  if (text === 'bubblewrap') return { type: 'local', isolation: 'bubblewrap', ...at };
  if (text === 'docker') return { type: 'docker', image: defaultImage };
  if (text.startsWith('docker:') && text.length > 7) return { type: 'docker', image: text.slice(7) };
  if (text.startsWith('ssh://'))
    return { type: 'ssh', host: text, ...(workspace === undefined ? {} : { cwd: workspace }) };
  if (/^https?:\/\//.test(text)) return { type: 'remote', url: text, ...(remoteToken ? { token: remoteToken } : {}) };
  const expected =
    'local, bubblewrap, docker, docker:IMAGE, ssh://USER@HOST, http(s)://HOST:PORT or a name of the configuration';
  throw invalidArgument('deployment', expected, text);
}
