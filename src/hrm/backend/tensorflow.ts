import type * as types from '@tensorflow/tfjs-core';
import { core } from './core.ts';
import { gradients } from './gradients.generated.ts';

const tf: typeof types = core;

// Node cannot load the module with which TensorFlow.js registers its gradients: they are registered here, once.
for (const gradient of gradients) {
  if (!tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient);
}

/** TensorFlow.js core with its gradients registered: the engine that this package computes on, for operations of your own. */
export const tensorflow: typeof types = tf;

/** The types that go by the same name, as `import * as tf` gives them. */
declare namespace tf {
  type DataType = types.DataType;
  type GradSaveFunc = types.GradSaveFunc;
  type KernelFunc = types.KernelFunc;
  type Scalar = types.Scalar;
  type Tensor<R extends types.Rank = types.Rank> = types.Tensor<R>;
  type Tensor1D = types.Tensor1D;
  type Tensor2D = types.Tensor2D;
  type Tensor3D = types.Tensor3D;
  type Tensor4D = types.Tensor4D;
  type TensorContainerObject = types.TensorContainerObject;
  type TensorInfo = types.TensorInfo;
}

export { tf };
