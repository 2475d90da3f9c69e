import { tf } from './tensorflow.ts';

let isAdded = false;

/**
 * Puts a kernel of this package before one of tfjs-node, version 4.22: two matrices are multiplied by libtensorflow's `MatMul`,
 * which shares the columns of a product of few rows among the threads; `BatchMatMulV2`, which leaves such a product to
 * one thread, keeps the stacks of matrices.
 */
export function addNativeKernels(): void {
  const stacks = tf.getKernel(tf.BatchMatMul, 'tensorflow');
  if (isAdded || !stacks) return;
  isAdded = true;
  tf.unregisterKernel(tf.BatchMatMul, 'tensorflow');
  tf.registerKernel({
    ...stacks,
    kernelFunc: (call) => productOfTwo(call as unknown as Product) ?? stacks.kernelFunc(call),
  });
}

/** The parts of tfjs-node's backend that the kernel uses. */
interface Product {
  readonly inputs: { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean };
  readonly backend: {
    readonly binding: Readonly<Record<'TF_ATTR_BOOL' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
    executeSingleOutput(name: string, options: readonly object[], inputs: readonly tf.TensorInfo[]): tf.TensorInfo;
  };
}

function productOfTwo({ inputs: { a, b }, attrs, backend }: Product): tf.TensorInfo | undefined {
  const isMatrix = ({ shape, dtype }: tf.TensorInfo): boolean => shape.length === 2 && dtype === 'float32';
  if (!isMatrix(a) || !isMatrix(b)) return undefined;
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const options = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: attrs.transposeA },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: attrs.transposeB },
  ];
  return backend.executeSingleOutput('MatMul', options, [a, b]);
}
