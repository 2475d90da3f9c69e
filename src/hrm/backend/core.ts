import { createRequire } from 'node:module';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Loads a CommonJS package. An import would have Node look through its source for the names it exports before it runs it,
 * which for TensorFlow.js is most of the time.
 */
export const requirePackage: (specifier: string) => unknown = createRequire(import.meta.url);

/** TensorFlow.js core. */
export const core: typeof tf = requirePackage('@tensorflow/tfjs-core') as typeof tf;
