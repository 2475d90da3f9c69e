import type { ContainerInspectInfo } from 'dockerode';
import { invalidArgument, RexError } from '../../../../core/errors.ts';
import { randomId } from '../../../../core/ids.ts';
import type { DockerContainerOptions, DockerDeploymentOptions } from '../docker-options.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/engine-error.ts';
import { removeImage } from '../image/ensure-image.ts';
import { imageLabel, keepLabel, ownerLabel, ownerText } from '../owner/labels.ts';
import { removeContainer } from '../owner/reap.ts';
import type { CountedLimits } from './container-limits.ts';
import { toCreateBody } from './create-body.ts';
import { startContainer } from './start-container.ts';

/** A container that runs, and the way to be done with it. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** Directory in which commands start. */
  readonly cwd: string;
  /** Environment that each program is given, besides the container's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly user?: string | undefined;
  /** Where its bind mounts and volumes are. */
  readonly shared: ReadonlySet<string>;
  /** The limits that its control group counts. */
  readonly limits: CountedLimits;
  /** Removes what the start made; leaves a container alone that was there before. */
  leave(): Promise<void>;
}

/** Makes a container of an image. It leaves nothing behind when it rejects. */
export async function makePlace(
  engine: Engine,
  image: string,
  options: DockerDeploymentOptions,
  signal: AbortSignal,
): Promise<Place> {
  const {
    name = `hrm-rex-${randomId(12)}`,
    platform,
    removeContainer: removes = true,
    removeImage: removesImage = false,
  } = options;
  const labels = {
    [ownerLabel]: ownerText(),
    ...(removes ? {} : { [keepLabel]: '1' }),
    ...(removesImage ? { [imageLabel]: image } : {}),
  };
  const id = await startContainer(engine, toCreateBody(options, { image, name, platform, labels }), signal);
  const leave = async () => {
    if (removes) await removeContainer(engine, id);
    else await stopContainer(engine, id);
    if (removesImage) await removeImage(engine, image);
  };
  try {
    const info = await engine.client.getContainer(id).inspect();
    return { id, name, cwd: info.Config.WorkingDir || '/', env: {}, ...factsOf(info), leave };
  } catch (error) {
    await removeContainer(engine, id).catch(() => {});
    throw engineError(error, { address: engine.address, operation: `look at the container ${name}` });
  }
}

/** Goes into a container that runs. @throws INVALID_ARGUMENT, DEPLOYMENT_START_FAILED */
export async function joinPlace(engine: Engine, container: string, options: DockerDeploymentOptions): Promise<Place> {
  refuseMaking(options);
  const info = await engine.client
    .getContainer(container)
    .inspect()
    .catch((error: unknown) => {
      if (statusOf(error) === 404)
        throw notThere(container, 'there is no such container', 'See `docker ps -a`.', error);
      throw engineError(error, { address: engine.address, operation: `look at the container ${container}` });
    });
  if (!info.State.Running)
    throw notThere(container, `it is ${info.State.Status}`, `Start it: \`docker start ${container}\`.`);
  if (info.State.Paused) throw notThere(container, 'it is paused', `Let it go on: \`docker unpause ${container}\`.`);
  const { user, workingDirectory, env = {} } = options;
  const cwd = workingDirectory ?? (info.Config.WorkingDir || '/');
  return { id: info.Id, name: info.Name.slice(1), cwd, env, user, ...factsOf(info), leave: async () => {} };
}

function factsOf({ Mounts, HostConfig }: ContainerInspectInfo): Pick<Place, 'shared' | 'limits'> {
  const shared = Mounts.filter((mount) => (mount.Type as string) === 'bind' || mount.Type === 'volume');
  const { Memory: memoryBytes, PidsLimit: processes } = HostConfig;
  return {
    shared: new Set(shared.map(({ Destination }) => Destination)),
    limits: { ...(memoryBytes ? { memoryBytes } : {}), ...(processes && processes > 0 ? { processes } : {}) },
  };
}

function notThere(container: string, reason: string, hint: string, cause?: unknown): RexError {
  const message = `cannot work in the container ${container}: ${reason}`;
  return new RexError('DEPLOYMENT_START_FAILED', message, { deployment: 'docker', reason }, { hint, cause });
}

/** Kills the container and leaves it. */
async function stopContainer({ client, address }: Engine, id: string): Promise<void> {
  try {
    await client.getContainer(id).kill();
  } catch (error) {
    // 409: it does not run any more.
    const status = statusOf(error);
    if (status !== 404 && status !== 409)
      throw engineError(error, { address, operation: `stop the container ${id.slice(0, 12)}` });
  }
}

type Making =
  | Exclude<keyof DockerContainerOptions, 'user' | 'workingDirectory' | 'env'>
  | 'removeContainer'
  | 'removeImage'
  | 'platform'
  | 'pull';

const making: Readonly<Record<Making, true>> = {
  name: true,
  labels: true,
  mounts: true,
  ports: true,
  limits: true,
  network: true,
  readOnlyRoot: true,
  capabilities: true,
  allow: true,
  init: true,
  hostname: true,
  dns: true,
  extraHosts: true,
  groups: true,
  devices: true,
  gpus: true,
  sharedMemoryBytes: true,
  sysctls: true,
  ociRuntime: true,
  removeContainer: true,
  removeImage: true,
  platform: true,
  pull: true,
};

/** @throws INVALID_ARGUMENT for an option of the making of a container that exists */
function refuseMaking(options: DockerDeploymentOptions): void {
  for (const name of Object.keys(making) as Making[]) {
    if (options[name] !== undefined) throw invalidArgument(name, 'to be absent with `container`', options[name]);
  }
}
