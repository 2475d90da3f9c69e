import { invalidArgument, RexError } from '../../../core/errors.ts';
import { TargetRuntime } from '../../target/target-runtime.ts';
import { BaseDeployment, type Opened } from '../base-deployment.ts';
import { type ContainerStats, toStats } from './container/container-stats.ts';
import { ContainerWatch } from './container/container-watch.ts';
import { setMemoryModes } from './container/memory-modes.ts';
import { joinPlace, makePlace, type Place } from './container/place.ts';
import { type DockerDeploymentOptions, type DockerPort, defaultStartupTimeoutMs } from './docker-options.ts';
import { DockerTarget } from './docker-target.ts';
import { type Engine, openEngine } from './engine/engine.ts';
import { engineError } from './engine/engine-error.ts';
import { ensureImage } from './image/ensure-image.ts';
import type { ImageProgress } from './image/progress.ts';
import { imageOwnerLabel, ownerText } from './owner/labels.ts';
import { abandon, reapEngine } from './owner/reap.ts';
import { StartDeadline } from './start-deadline.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A running container. */
interface Running {
  readonly engine: Engine;
  readonly place: Place;
}

/**
 * A container of a local or remote engine, driven through its exec streams: the image needs a shell and nothing else, and no
 * port is opened. A start makes and starts it, a stop removes it; with `container` both leave it as it was.
 */
export class DockerDeployment extends BaseDeployment<TargetRuntime> {
  readonly type = 'docker';
  readonly #options: DockerDeploymentOptions;
  #running: Running | undefined;

  constructor(options: DockerDeploymentOptions) {
    super();
    this.#options = options;
  }

  /** The container's id, or undefined before a start. */
  get containerId(): string | undefined {
    return this.#running?.place.id;
  }

  /** The container's name, or undefined before a start. */
  get containerName(): string | undefined {
    return this.#running?.place.name;
  }

  /** What the container uses now; takes a second, as processor time is told over one. @throws DEPLOYMENT_NOT_STARTED, CONNECTION_FAILED */
  async stats(options: { readonly signal?: AbortSignal } = {}): Promise<ContainerStats> {
    const { signal } = options;
    return await this.#ask('read its figures', async ({ client }, { id }) => {
      const found = await client.getContainer(id).stats({ stream: false, ...(signal ? { abortSignal: signal } : {}) });
      return toStats(found);
    });
  }

  /** Where this machine reaches the published ports. @throws DEPLOYMENT_NOT_STARTED, CONNECTION_FAILED */
  async ports(): Promise<readonly Required<DockerPort>[]> {
    return await this.#ask('read its ports', async ({ client }, { id }) => {
      const { NetworkSettings } = await client.getContainer(id).inspect();
      return Object.entries(NetworkSettings.Ports).flatMap(([key, bindings]) => toPorts(key, bindings ?? []));
    });
  }

  /** @throws DEPENDENCY_MISSING, CONNECTION_FAILED, IMAGE_NOT_FOUND, PULL_DENIED, CONTAINER_EXISTS, DISK_FULL, INVALID_ARGUMENT */
  protected async open(signal: AbortSignal): Promise<Opened<TargetRuntime>> {
    const options = this.#options;
    checkSource(options);
    const deadline = new StartDeadline(options.startupTimeoutMs ?? defaultStartupTimeoutMs, signal);
    const engine = await deadline.run((limited) => openEngine(options, limited));
    try {
      await this.#reap(engine);
      const image = options.container === undefined ? await this.#prepareImage(engine, signal) : undefined;
      return await deadline.run((limited) => this.#openContainer(engine, image, limited));
    } catch (error) {
      engine[Symbol.dispose]();
      throw error;
    }
  }

  async #openContainer(engine: Engine, image: string | undefined, signal: AbortSignal): Promise<Opened<TargetRuntime>> {
    const options = this.#options;
    this.announce(image === undefined ? 'Joining container' : 'Starting container');
    const place = await (image === undefined
      ? joinPlace(engine, options.container as string, options)
      : makePlace(engine, image, options, signal));
    const watch = new ContainerWatch(engine, place.id, place.name);
    const runtime = new TargetRuntime(new DockerTarget(engine, watch, place));
    const close = async () => {
      this.#running = undefined;
      try {
        await runtime.close();
      } finally {
        watch[Symbol.dispose]();
        await place.leave().catch((error: unknown) => {
          if (options.container === undefined) abandon(place.id);
          throw error;
        });
      }
    };
    try {
      this.announce('Starting runtime');
      const asRoot = new DockerTarget(engine, watch, { ...place, cwd: '/', user: '0:0' });
      const mounts = setMemoryModes(asRoot, options.mounts ?? [], signal);
      await unlessAborted(Promise.all([runtime.open(signal), mounts]), signal);
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
    this.#running = { engine, place };
    return { runtime, close: () => close().finally(() => engine[Symbol.dispose]()) };
  }

  /** A start goes on without: what is left is nothing of its own. */
  async #reap(engine: Engine): Promise<void> {
    const left = await reapOnce(engine).catch(() => 0);
    if (left > 0) this.announce(`Removed ${left} leftovers of crashed processes`);
  }

  async #prepareImage(engine: Engine, signal: AbortSignal): Promise<string> {
    const labels = this.#options.removeImage === true ? { [imageOwnerLabel]: ownerText() } : {};
    let isAnnounced = false;
    const onProgress = (progress: ImageProgress) => {
      if (!isAnnounced) this.announce(`${progress.type === 'pull' ? 'Pulling' : 'Building'} ${progress.image}`);
      isAnnounced = true;
      this.#options.onProgress?.(progress);
    };
    return await ensureImage(engine, this.#options, labels, { onProgress, signal });
  }

  async #ask<Answer>(operation: string, call: (engine: Engine, place: Place) => Promise<Answer>): Promise<Answer> {
    const running = this.#running;
    if (running === undefined) throw this.#notStarted();
    const { engine, place } = running;
    try {
      return await call(engine, place);
    } catch (error) {
      throw engineError(error, { address: engine.address, operation: `${operation}: container ${place.name}` });
    }
  }

  #notStarted(): RexError {
    const hint = 'Call `await deployment.start()` first.';
    return new RexError(
      'DEPLOYMENT_NOT_STARTED',
      'the docker deployment is not started',
      { deployment: this.type },
      { hint },
    );
  }
}

const reaping = new Map<string, Promise<number>>();

/** Starts that come together look for leftovers once. */
function reapOnce(engine: Engine): Promise<number> {
  const { url } = engine.address;
  const running = reaping.get(url);
  if (running) return running;
  const started = reapEngine(engine)
    .then(({ length }) => length)
    .finally(() => reaping.delete(url));
  reaping.set(url, started);
  return started;
}

/** @throws INVALID_ARGUMENT unless exactly one says where commands run */
function checkSource({ image, build, container }: DockerDeploymentOptions): void {
  const given = Object.entries({ image, build, container }).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 1) return;
  const names = given.map(([name]) => name).join(' and ') || 'none of them';
  throw invalidArgument('image', 'exactly one of `image`, `build` and `container`', names);
}

function toPorts(key: string, bindings: readonly { HostIp: string; HostPort: string }[]): Required<DockerPort>[] {
  const [port, protocol] = key.split('/') as [string, 'tcp' | 'udp'];
  return bindings.map(({ HostIp, HostPort }) => ({
    containerPort: Number(port),
    hostPort: Number(HostPort),
    hostAddress: HostIp,
    protocol,
  }));
}
