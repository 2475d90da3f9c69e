import { homedir } from 'node:os';
import { RexError } from '../../../../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, imageMissing, saidBy } from '../engine/engine-error.ts';
import { findCredentials } from '../registry/credentials.ts';
import { configDirectory, readDockerConfig } from '../registry/docker-config.ts';
import { parseImageReference } from '../registry/image-reference.ts';
import { type ImageProgress, readLines, toProgress } from './progress.ts';

/** How an image is fetched. */
export interface PullOptions {
  readonly platform?: string | undefined;
  readonly onProgress: (progress: ImageProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Fetches an image from its registry, with the credentials that the docker CLI would use.
 * @throws IMAGE_NOT_FOUND, PULL_DENIED, DISK_FULL, CONNECTION_FAILED; DEPLOYMENT_START_FAILED when the registry fails
 */
export async function pullImage(engine: Engine, image: string, options: PullOptions): Promise<void> {
  const { platform, onProgress, signal } = options;
  const { registry, name, version } = parseImageReference(image);
  const config = readDockerConfig(configDirectory(process.env, homedir()));
  const authconfig = await findCredentials(config, registry);
  try {
    const answer = await engine.client.createImage({
      ...(authconfig ? { authconfig: { ...authconfig } } : {}),
      fromImage: name,
      tag: version,
      ...(platform === undefined ? {} : { platform }),
      abortSignal: signal,
    } as Parameters<typeof engine.client.createImage>[0]);
    for await (const line of readLines(answer as AsyncIterable<Uint8Array>)) {
      if (line.error !== undefined) throw new Error(line.error);
      const progress = toProgress('pull', image, line);
      if (progress) onProgress(progress);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw pullError(error, image, engine);
  }
}

function pullError(error: unknown, image: string, { address }: Engine): RexError {
  const said = saidBy(error);
  const { registry } = parseImageReference(image);
  if (
    /access denied|unauthorized|authentication required|denied:|may require 'docker login'|no basic auth/i.test(said)
  ) {
    const hint = `Check the name, and log in: \`docker login${registry === 'docker.io' ? '' : ` ${registry}`}\`.`;
    const message = `${registry} does not give out ${image}: ${said}`;
    return new RexError('PULL_DENIED', message, { image, registry, reason: said }, { hint, cause: error });
  }
  if (/manifest( for .*)? (unknown|not found)|not found: manifest|name unknown/i.test(said))
    return imageMissing(image, error);
  const typed = engineError(error, { address, operation: `pull ${image}`, image });
  if (!RexError.is(typed, 'DEPLOYMENT_START_FAILED')) return typed;
  const hint =
    "The registry could not be reached or refused: check the network, a proxy, or use `pull: 'never'` with an image that is there.";
  return new RexError(typed.code, typed.message, typed.context, { hint, cause: error, retryable: true });
}
