import type { DockerBuild, DockerDeploymentOptions } from '../docker-options.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, imageMissing, statusOf } from '../engine/engine-error.ts';
import { buildImage } from './build-image.ts';
import { type PullOptions, pullImage } from './pull-image.ts';

type ImageOptions = Pick<DockerDeploymentOptions, 'image' | 'build' | 'pull' | 'platform'>;

/**
 * Has the image ready and returns what to call it: built from its directory, or pulled as `pull` says.
 * @throws IMAGE_NOT_FOUND with `pull: 'never'`, and what a pull or a build throws
 */
export async function ensureImage(
  engine: Engine,
  options: ImageOptions,
  labels: Readonly<Record<string, string>>,
  pulling: Omit<PullOptions, 'platform'>,
): Promise<string> {
  const { image, build, pull = 'missing', platform } = options;
  if (build !== undefined) {
    const description: DockerBuild = typeof build === 'string' ? { directory: build } : build;
    return await buildImage(engine, description, { ...pulling, platform, labels, pull: pull === 'always' });
  }
  const name = image as string;
  if (pull === 'always' || !(await hasImage(engine, name))) {
    if (pull === 'never') throw imageMissing(name);
    await pullImage(engine, name, { ...pulling, platform });
  }
  return name;
}

/** Removes an image; one that another container uses, or that is gone, stays as it is. */
export async function removeImage({ client, address }: Engine, image: string): Promise<void> {
  try {
    await client.getImage(image).remove();
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw engineError(error, { address, operation: `remove the image ${image}` });
  }
}

async function hasImage({ client, address }: Engine, image: string): Promise<boolean> {
  try {
    await client.getImage(image).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw engineError(error, { address, operation: `look for ${image}`, image });
  }
}
