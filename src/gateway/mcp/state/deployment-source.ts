import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RexError } from '../../../core/errors.ts';
import type { Deployment } from '../../../sandbox/deployment/deployment.ts';
import type { DeploymentConfig } from '../../../sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../../../sandbox/deployment/get-deployment.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import { containerWorkspace } from '../deployments/in-workspace.ts';

/** Where sandboxes are made: a configuration, or a function that gives a new deployment, not yet started. */
export type DeploymentSource = DeploymentConfig | (() => Deployment);

/** A started place for one sandbox. */
export interface OpenedPlace {
  readonly runtime: Runtime;
  /** Directory in which commands start; file tools stay below {@link root}. */
  readonly workspace: string;
  readonly root: string;
  close(): Promise<void>;
}

/** Starts a deployment; a plain local one without a workspace gets a directory of its own, removed at the end. */
export async function openPlace(source: DeploymentSource, signal?: AbortSignal): Promise<OpenedPlace> {
  const isPlain = typeof source !== 'function' && source.type === 'local' && source.isolation !== 'bubblewrap';
  if (isPlain && source.workspace === undefined) return await openInNewDirectory(source, signal);
  const deployment = typeof source === 'function' ? source() : getDeployment(source);
  return await start(deployment, signal, () => deployment.stop());
}

async function openInNewDirectory(config: DeploymentConfig, signal: AbortSignal | undefined): Promise<OpenedPlace> {
  const workspace = await mkdtemp(join(tmpdir(), 'hrm-rex-mcp-'));
  const remove = () => rm(workspace, { recursive: true, force: true });
  try {
    const deployment = getDeployment({ ...config, workspace } as DeploymentConfig);
    return await start(deployment, signal, () => deployment.stop().finally(remove));
  } catch (error) {
    await remove();
    throw error;
  }
}

async function start(
  deployment: Deployment,
  signal: AbortSignal | undefined,
  close: () => Promise<void>,
): Promise<OpenedPlace> {
  const { runtime } = await deployment.start(signal ? { signal } : {});
  try {
    const workspace = await findWorkspace(deployment, runtime);
    // A container is its own boundary; elsewhere the files of the host are around the workspace.
    return { runtime, workspace, root: deployment.type === 'docker' ? '/' : workspace, close };
  } catch (error) {
    await deployment.stop();
    throw error;
  }
}

async function findWorkspace(deployment: Deployment, runtime: Runtime): Promise<string> {
  const known = (deployment as { readonly workspace?: unknown }).workspace;
  if (typeof known === 'string') return known;
  const { stdout } = await runtime.execute(['pwd', '-P'], { timeoutMs: 20_000 });
  const found = stdout.replace(/\n$/, '');
  // The top of a container holds devices and the kernel's files, which no search ends in.
  if (found === '/' && deployment.type === 'docker' && (await canMake(runtime, containerWorkspace)))
    return containerWorkspace;
  if (found.startsWith('/')) return found;
  const reason = `it does not tell its working directory: ${JSON.stringify(stdout.slice(0, 100))}`;
  throw new RexError('DEPLOYMENT_START_FAILED', reason, { deployment: deployment.type, reason });
}

async function canMake(runtime: Runtime, directory: string): Promise<boolean> {
  const { exitCode } = await runtime.execute(['mkdir', '-p', directory], { timeoutMs: 20_000 });
  return exitCode === 0;
}
