import type { ContainerCreateOptions } from 'dockerode';
import { settlesWithin } from '../../../../core/settles-within.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError } from '../engine/engine-error.ts';
import { removeContainer } from '../owner/reap.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** How long a start that was given up waits for the engine to remove what it made. */
const cleanupMs = 5_000;

/**
 * Makes and starts a container and returns its id. When it rejects, or the signal is aborted, nothing is left.
 * @throws IMAGE_NOT_FOUND, CONTAINER_EXISTS, DISK_FULL, CONNECTION_FAILED; DEPLOYMENT_START_FAILED with what the engine said
 */
export async function startContainer(
  engine: Engine,
  body: ContainerCreateOptions,
  signal: AbortSignal,
): Promise<string> {
  const { client, address } = engine;
  const names = { image: body.Image ?? '', container: body.name ?? '' };
  signal.throwIfAborted();
  // Not aborted itself: the engine would go on making it, and nobody would know its id.
  const making = client.createContainer(body);
  const abandon = () => making.then(({ id }) => removeContainer(engine, id));
  try {
    const container = await unlessAborted(making, signal);
    await unlessAborted(container.start(), signal);
    return container.id;
  } catch (error) {
    await settlesWithin(abandon(), cleanupMs);
    signal.throwIfAborted();
    throw engineError(error, { address, operation: `start a container of ${names.image}`, ...names });
  }
}
