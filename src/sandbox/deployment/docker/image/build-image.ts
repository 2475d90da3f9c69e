import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { invalidArgument } from '../../../../core/errors.ts';
import { packTree } from '../../../files/pack-tree.ts';
import type { DockerBuild } from '../docker-options.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError } from '../engine/engine-error.ts';
import type { Docker } from '../engine/load-dockerode.ts';
import { findAllCredentials } from '../registry/credentials.ts';
import { configDirectory, readDockerConfig } from '../registry/docker-config.ts';
import { type ContextFilter, parseDockerIgnore } from './docker-ignore.ts';
import { readLines, toProgress } from './progress.ts';
import type { PullOptions } from './pull-image.ts';

/** How {@link buildImage} builds, besides the description of the image. */
export interface BuildOptions extends PullOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly pull: boolean;
}

/**
 * Builds an image from a directory and returns its id, with the engine's classic builder.
 * @throws INVALID_ARGUMENT without a Dockerfile, DEPLOYMENT_START_FAILED with the step that failed, DISK_FULL
 */
export async function buildImage(engine: Engine, build: DockerBuild, options: BuildOptions): Promise<string> {
  const { platform, onProgress, signal, labels, pull } = options;
  const { dockerfile = 'Dockerfile', args = {}, target, tag, cache = true } = build;
  const directory = resolve(build.directory);
  const path = posix.normalize(dockerfile);
  await readFile(join(directory, path)).catch(() => {
    throw invalidArgument('build', `a directory with a ${dockerfile}`, build.directory);
  });
  const includes = await readFilter(directory, path);
  const config = readDockerConfig(configDirectory(process.env, homedir()));
  const call = { address: engine.address, operation: `build ${build.directory}`, image: tag ?? directory };
  let id = '';
  try {
    const context = Readable.from(packTree(directory, { name: '.', includes, signal }));
    const answer = await engine.client.buildImage(context, {
      dockerfile: path,
      buildargs: { ...args },
      labels: { ...labels },
      nocache: !cache,
      pull: pull ? '1' : '',
      rm: true,
      forcerm: true,
      registryconfig: await findAllCredentials(config),
      abortSignal: signal,
      ...(target === undefined ? {} : { target }),
      ...(tag === undefined ? {} : { t: tag }),
      ...(platform === undefined ? {} : { platform }),
    } as unknown as Docker.ImageBuildOptions);
    for await (const line of readLines(answer as AsyncIterable<Uint8Array>)) {
      if (line.error !== undefined) throw new Error(line.error);
      id = line.aux?.ID ?? id;
      const progress = toProgress('build', call.image, line);
      if (progress) onProgress(progress);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw engineError(error, call);
  }
  return id === '' ? (tag as string) : id;
}

/** The context's filter: a `.dockerignore` of the Dockerfile's own goes before the common one. */
async function readFilter(directory: string, dockerfile: string): Promise<ContextFilter> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
    if (text !== undefined) return parseDockerIgnore(text, [dockerfile, '.dockerignore']);
  }
  return () => true;
}
