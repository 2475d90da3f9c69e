import { tensorflowVersion } from './backend-names.ts';
import { requirePackage } from './core.ts';
import { addNativeKernels } from './native-kernels.ts';
import { startEngine } from './start-engine.ts';
import { tf } from './tensorflow.ts';

/** Imports a package by name; tests give their own. */
export type ImportPackage = (specifier: string) => Promise<unknown>;

let loaded: string | undefined;

/**
 * Registers and activates libtensorflow through `@tensorflow/tfjs-node` or `-node-gpu` and names its device. Both register
 * the same kernels, so a process loads one of them only.
 */
export async function activateNative(specifier: string, importPackage: ImportPackage): Promise<string> {
  if (loaded !== undefined && loaded !== specifier) {
    throw new Error(`${loaded} is loaded already, and a process can hold one of the two`);
  }
  restoreRemovedUtilities();
  const imported = (await importPackage(specifier)) as { version?: Record<string, string>; default?: NativeModule };
  const version = (imported.version ?? imported.default?.version)?.['tfjs-core'];
  if (version !== undefined && version !== tensorflowVersion) {
    throw new Error(`it brings TensorFlow.js ${version}; version ${tensorflowVersion} shares this engine`);
  }
  loaded = specifier;
  addNativeKernels();
  await startEngine('tensorflow');
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  return isUsingGpuDevice ? 'CUDA' : 'CPU (libtensorflow)';
}

interface NativeModule {
  readonly version?: Record<string, string>;
}

/** tfjs-node 4.22 calls two functions of `util` that Node 23 removed. */
function restoreRemovedUtilities(): void {
  const util = requirePackage('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
