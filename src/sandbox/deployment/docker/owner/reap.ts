import type { EngineOptions } from '../docker-options.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { engineError, statusOf } from '../engine/engine-error.ts';
import { removeImage } from '../image/ensure-image.ts';
import { imageLabel, imageOwnerLabel, keepLabel, ownerLabel } from './labels.ts';
import { decodeOwner, isOwnerGone, type OwnerView, systemView } from './owner.ts';

/** What a process that crashed left behind in an engine. */
export interface Leftover {
  readonly type: 'container' | 'image';
  readonly id: string;
  /** Name of the container, or of the image where it has one. */
  readonly name: string;
  /** Process that made it. */
  readonly pid: number;
}

/** How {@link reap} works. All optional. */
export interface ReapOptions extends EngineOptions {
  /** Only tells what it would remove. Default false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

type Labels = Readonly<Record<string, string>>;

/** Containers that this process could not remove, as its engine was gone. */
const abandoned = new Set<string>();

/** Leaves a container to a later reap, though its owner lives. */
export function abandon(id: string): void {
  abandoned.add(id);
}

/**
 * Removes the containers and images that processes of this machine left behind when they crashed, and returns them. What
 * belongs to a process that lives, to another machine, or is meant to stay (`removeContainer: false`) is spared.
 * @throws DEPENDENCY_MISSING, CONNECTION_FAILED
 */
export async function reap(options: ReapOptions = {}): Promise<readonly Leftover[]> {
  using engine = await openEngine(options, options.signal);
  return await reapEngine(engine, options);
}

/** The same on an engine that is open. */
export async function reapEngine(engine: Engine, options: Pick<ReapOptions, 'dryRun'> = {}): Promise<Leftover[]> {
  const isLocal = engine.address.type === 'unix';
  try {
    const [containers, images] = await Promise.all([listContainers(engine), listImages(engine)]);
    const left = containers.filter(({ id, labels }) => abandoned.has(id) || isLeftover(labels, isLocal));
    const unused = images.filter(({ labels }) => isLeftover(labels, isLocal, imageOwnerLabel));
    if (!options.dryRun) {
      await Promise.all(left.map(({ id }) => removeContainer(engine, id)));
      const named = left.flatMap(({ labels }) => labels[imageLabel] ?? []);
      for (const image of new Set([...named, ...unused.map(({ id }) => id)])) await removeImage(engine, image);
    }
    return [
      ...left.map((found) => toLeftover('container', found, ownerLabel)),
      ...unused.map((found) => toLeftover('image', found, imageOwnerLabel)),
    ];
  } catch (error) {
    throw engineError(error, { address: engine.address, operation: 'look for leftovers' });
  }
}

/** Whether labels are those of a leftover. */
export function isLeftover(labels: Labels, isLocal: boolean, label: string = ownerLabel, view?: OwnerView): boolean {
  const owner = decodeOwner(labels[label] ?? '');
  return owner !== undefined && labels[keepLabel] === undefined && isOwnerGone(owner, view ?? systemView(), isLocal);
}

/** Ends and removes a container and its anonymous volumes; returns when it is gone, also when it was before. */
export async function removeContainer({ client, address }: Engine, id: string): Promise<void> {
  const container = client.getContainer(id);
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    const status = statusOf(error);
    if (status === 409) {
      // Somebody else is removing it: gone when that is done.
      await container.wait({ condition: 'removed' }).catch(() => {});
    } else if (status !== 404) {
      throw engineError(error, { address, operation: `remove the container ${id.slice(0, 12)}` });
    }
  }
  abandoned.delete(id);
}

interface Labelled {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
}

async function listContainers({ client }: Engine): Promise<Labelled[]> {
  const found = await client.listContainers({ all: true, filters: { label: [ownerLabel] } });
  return found.map(({ Id, Names, Labels }) => ({ id: Id, name: Names[0]?.slice(1) ?? Id, labels: Labels }));
}

async function listImages({ client }: Engine): Promise<Labelled[]> {
  const filters = { label: [imageOwnerLabel] } as unknown as string;
  const found = await client.listImages({ all: false, filters });
  return found.map(({ Id, RepoTags, Labels }) => ({ id: Id, name: RepoTags?.[0] ?? Id, labels: Labels ?? {} }));
}

function toLeftover(type: Leftover['type'], { id, name, labels }: Labelled, label: string): Leftover {
  return { type, id, name, pid: decodeOwner(labels[label] ?? '')?.pid ?? 0 };
}
