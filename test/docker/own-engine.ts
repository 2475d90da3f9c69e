import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import type { DockerDeploymentOptions } from '../../src/sandbox/deployment/docker/docker-options.ts';
import { busyboxImage } from './engine.ts';

/** An engine of one file of tests, which may be stopped and whose leftovers are nobody else's. */
export interface OwnEngine {
  /** Where it listens. */
  readonly host: string;
  start(): void;
  stop(): void;
}

/** Starts an engine that has the busybox image, and makes it the one that this process finds by DOCKER_HOST. It ends after the tests. */
export async function startOwnEngine(kind: 'docker' | 'podman'): Promise<OwnEngine> {
  const directory = await mkdtemp('/tmp/rexe-');
  const host = `unix://${directory}/e/engine.sock`;
  const env = { ...process.env, ENGINE: kind, ENGINE_DIR: join(directory, 'e'), ENGINE_REUSE: '0', METHOD: 'busybox' };
  const script = (name: string, argument: string, more: NodeJS.ProcessEnv = {}) =>
    void execFileSync('bash', [`scripts/${name}`, argument], { env: { ...env, ...more }, stdio: 'ignore' });
  after(async () => {
    script('start-engine.sh', 'purge');
    await rm(directory, { recursive: true });
  });
  script('start-engine.sh', 'start');
  process.env.DOCKER_HOST = host;
  script('make-image.sh', busyboxImage, { DOCKER_HOST: host });
  return { host, start: () => script('start-engine.sh', 'start'), stop: () => script('start-engine.sh', 'stop') };
}

/** Starts a container in a process of its own, which is then killed; returns the container's name. */
export async function crash(options: DockerDeploymentOptions = {}): Promise<string> {
  const program = `
    import { DockerDeployment } from './src/sandbox/deployment/docker/docker-deployment.ts';
    const options = ${JSON.stringify({ image: busyboxImage, network: 'none', ...options })};
    const deployment = await new DockerDeployment(options).start();
    console.log(deployment.containerName);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  return data.toString().trim();
}
