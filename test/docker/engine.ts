import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { after, type TestContext } from 'node:test';
import { RexError } from '../../src/core/errors.ts';
import { ContainerWatch } from '../../src/sandbox/deployment/docker/container/container-watch.ts';
import { DockerDeployment } from '../../src/sandbox/deployment/docker/docker-deployment.ts';
import type { DockerDeploymentOptions } from '../../src/sandbox/deployment/docker/docker-options.ts';
import { DockerTarget } from '../../src/sandbox/deployment/docker/docker-target.ts';
import { openEngine } from '../../src/sandbox/deployment/docker/engine/engine.ts';
import { TargetRuntime } from '../../src/sandbox/target/target-runtime.ts';
import { rejectionOf } from '../../src/testing/contract/expect-error.ts';

/** Image with bash and the usual tools. */
export const bashImage: string = fromEnvironment('HRM_REX_BASH_IMAGE');

/** Image with busybox alone. */
export const busyboxImage: string = fromEnvironment('HRM_REX_BUSYBOX_IMAGE');

const repository = resolve(import.meta.dirname, '../..');

/** A container that has this machine's Node, and this repository to run. */
export const withNode: DockerDeploymentOptions = {
  image: fromEnvironment('HRM_REX_NODE_IMAGE'),
  network: 'none',
  mounts: [{ type: 'bind', source: repository, target: repository, readOnly: true }],
  workingDirectory: repository,
};

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests by npm run test:docker`);
  return value;
}

/** What the docker CLI answers. */
export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Names of the containers that exist, whatever their state. */
export function containers(): string[] {
  return docker('ps', '-a', '--format', '{{.Names}}')
    .split('\n')
    .filter((name) => name !== '');
}

/** A deployment without network that the test stops at its end. */
export function makeDeployment(t: TestContext, options: DockerDeploymentOptions): DockerDeployment {
  const deployment = new DockerDeployment({ ...(options.container ? {} : { network: 'none' }), ...options });
  t.after(() => deployment.stop());
  return deployment;
}

/** The same, started. */
export function startDeployment(t: TestContext, options: DockerDeploymentOptions): Promise<DockerDeployment> {
  return makeDeployment(t, options).start();
}

/** A container for a whole file of tests, and a way to make runtimes of it: each costs one exec. */
export async function shareContainer(
  options: DockerDeploymentOptions,
): Promise<{ makeRuntime: () => Promise<TargetRuntime>; container: string }> {
  const deployment = await new DockerDeployment({ network: 'none', ...options }).start();
  const engine = await openEngine({});
  const id = deployment.containerId as string;
  const watch = new ContainerWatch(engine, id, deployment.containerName as string);
  after(async () => {
    await deployment.stop();
    watch[Symbol.dispose]();
    engine[Symbol.dispose]();
  });
  const { Config } = await engine.client.getContainer(id).inspect();
  const facts = {
    id,
    name: deployment.containerName as string,
    cwd: Config.WorkingDir || '/',
    env: {},
    shared: new Set<string>(),
    limits: {},
  };
  return { container: id, makeRuntime: () => new TargetRuntime(new DockerTarget(engine, watch, facts)).open() };
}

/** Asserts that a call rejects with an error of ours that names the cause. */
export async function assertToldWhy(call: Promise<unknown>, codes: readonly string[], why: RegExp): Promise<void> {
  const error = await rejectionOf(call);
  assert.ok(RexError.is(error) && codes.includes(error.code), `${codes}, not ${error}`);
  assert.match(error.message, why);
}

/** Ends when two commands have told in files that they run. */
export const bothBegun: string = 'until [ -e /tmp/begun1 ] && [ -e /tmp/begun2 ]; do sleep 0.05; done';
