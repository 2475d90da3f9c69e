import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import { invalidArgument } from '../../../../core/errors.ts';
import type { EngineOptions } from '../docker-options.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { type EngineAddress, findAddress, type TlsFiles } from './address.ts';
import { engineError } from './engine-error.ts';
import { type Docker, loadDockerode } from './load-dockerode.ts';
import { SshAgent } from './ssh-agent.ts';

/** A container engine that answers. */
export interface Engine extends Disposable {
  readonly client: Docker;
  readonly address: EngineAddress;
}

/**
 * Finds the engine and asks it for a sign of life.
 * @throws DEPENDENCY_MISSING, INVALID_ARGUMENT, CONNECTION_FAILED with how to start it
 */
export async function openEngine(options: EngineOptions, signal?: AbortSignal): Promise<Engine> {
  const address = findAddress(options);
  const Dockerode = await loadDockerode();
  const connection = connect(address);
  // dockerode formats every request for its log, whether that is on or not, and the agent holds all open sockets.
  Object.defineProperty(connection.agent, inspect.custom, { value: () => 'Agent' });
  const client = new Dockerode(connection.settings);
  const dispose = () => connection.agent.destroy();
  try {
    await unlessAborted(client.ping(), signal);
    return { client, address, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    signal?.throwIfAborted();
    throw engineError(error, { address, operation: 'reach the engine' });
  }
}

/** What dockerode needs. Everything is said: it would take the rest from the environment. */
function connect(address: EngineAddress) {
  const silent = {
    host: undefined,
    socketPath: undefined,
    port: undefined,
    pathPrefix: '/',
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  switch (address.type) {
    case 'unix': {
      const agent = new HttpAgent({ keepAlive: false });
      return { agent, settings: { ...silent, protocol: 'http' as const, socketPath: address.path, agent } };
    }
    case 'tcp': {
      const { host, port, tls } = address;
      const agent = tls ? new HttpsAgent({ keepAlive: false, ...readTls(tls) }) : new HttpAgent({ keepAlive: false });
      const protocol = tls ? ('https' as const) : ('http' as const);
      const name = host.includes(':') ? `[${host}]` : host;
      return { agent, settings: { ...silent, protocol, host: name, port, agent } };
    }
    case 'ssh': {
      const agent = new SshAgent(address);
      return { agent, settings: { ...silent, protocol: 'http' as const, host: 'docker.invalid', port: 80, agent } };
    }
  }
}

function readTls({ verify, certificateAuthority, certificate, key }: TlsFiles) {
  const read = (path: string | undefined) => {
    try {
      return path === undefined ? undefined : readFileSync(path);
    } catch (error) {
      throw invalidArgument('DOCKER_CERT_PATH', `a readable ${path}`, (error as Error).message);
    }
  };
  return { rejectUnauthorized: verify, ca: read(certificateAuthority), cert: read(certificate), key: read(key) };
}
