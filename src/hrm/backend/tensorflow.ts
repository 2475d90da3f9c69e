import * as tf from '@tensorflow/tfjs-core';
import { gradients } from './gradients.generated.ts';

// Node cannot load the module with which TensorFlow.js registers its gradients: they are registered here, once.
for (const gradient of gradients) {
  if (!tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient);
}

/** TensorFlow.js core with its gradients registered: the engine that this package computes on, for operations of your own. */
export const tensorflow: typeof tf = tf;

export { tf };
