import type { BaseAgent, ParsedKey } from 'ssh2';
import type { Ssh2 } from '../load-ssh2.ts';

/** The same agent, offering the given keys only (`IdentitiesOnly`). */
export function filterAgent(ssh2: Ssh2, agent: BaseAgent, keys: readonly ParsedKey[]): BaseAgent {
  const wanted = new Set(keys.map((key) => key.getPublicSSH().toString('base64')));
  const publicPart = (key: unknown): string => {
    const parsed = Buffer.isBuffer(key) || typeof key === 'string' ? ssh2.utils.parseKey(key) : (key as ParsedKey);
    return parsed instanceof Error ? '' : parsed.getPublicSSH().toString('base64');
  };
  const filtered = Object.create(agent) as BaseAgent;
  filtered.getIdentities = (callback) =>
    agent.getIdentities((error, found) =>
      callback(error, error ? undefined : found?.filter((key) => wanted.has(publicPart(key)))),
    );
  return filtered;
}
