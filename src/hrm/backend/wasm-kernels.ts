import { tf } from './tensorflow.ts';

/** Name of the kernel behind {@link multiplyStacks}. */
const STACK_PRODUCT = 'HrmStackProduct';

/** a·b for stacks of matrices on wasm: [N, I, K] and [N, K, J] → [N, I, J]. Not differentiable by itself. */
export function multiplyStacks(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return tf.engine().runKernel(STACK_PRODUCT, { a, b }) as tf.Tensor3D;
}

/**
 * Puts kernels of this package beside those of wasm, version 4.22: products of stacks, which its own kernel multiplies number
 * by number, go matrix by matrix through the fast product of two matrices, without copies; and slices copy what they take,
 * not their whole input first.
 */
export function addWasmKernels(): void {
  if (tf.getKernel(STACK_PRODUCT, 'wasm')) return;
  tf.registerKernel({ kernelName: STACK_PRODUCT, backendName: 'wasm', kernelFunc: productOfStacks as tf.KernelFunc });
  const slice = tf.getKernel(tf.Slice, 'wasm');
  tf.unregisterKernel(tf.Slice, 'wasm');
  tf.registerKernel({
    ...slice,
    kernelFunc: (call) => sliceOfRows(call as unknown as SliceCall) ?? slice.kernelFunc(call),
  });
}

/** The parts of wasm's backend that these kernels use. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly tfjs: { registerTensor(id: number, size: number, offset: number): void; disposeData(id: number): void };
    cwrap(name: string, returns: null, types: readonly string[]): (...values: unknown[]) => void;
  };
  readonly dataIdMap: { get(id: object): { readonly id: number; readonly memoryOffset: number } };
  dataIdNextNumber: number;
  makeOutput(shape: readonly number[], type: tf.DataType): tf.TensorInfo;
}

interface Call<Inputs> {
  readonly inputs: Inputs;
  readonly backend: WasmBackend;
}

type Multiply = (...values: unknown[]) => void;
const multiplications = new WeakMap<WasmBackend, Multiply>();

function productOfStacks({ inputs: { a, b }, backend }: Call<{ a: tf.TensorInfo; b: tf.TensorInfo }>): tf.TensorInfo {
  const [count, rows, inner] = a.shape as [number, number, number];
  const columns = b.shape[2] as number;
  const product = backend.makeOutput([count, rows, columns], 'float32');
  const multiply = multiplication(backend);
  const [left, right] = [shapeBytes([1, rows, inner]), shapeBytes([1, inner, columns])];
  const stacks = [stackOf(backend, a), stackOf(backend, b), stackOf(backend, product)] as const;
  for (let index = 0; index < count; index++) {
    const [x, y, result] = stacks.map((stack) => stack(index)) as [number, number, number];
    multiply(x, left, 3, y, right, 3, false, false, result);
    for (const id of [x, y, result]) backend.wasm.tfjs.disposeData(id);
  }
  return product;
}

/** Announces single matrices of a stack to the engine, in the stack's own memory. */
function stackOf(backend: WasmBackend, { shape, dataId }: tf.TensorInfo): (index: number) => number {
  const size = (shape[1] as number) * (shape[2] as number);
  const { memoryOffset } = backend.dataIdMap.get(dataId);
  return (index) => {
    const id = backend.dataIdNextNumber++;
    backend.wasm.tfjs.registerTensor(id, size, memoryOffset + 4 * size * index);
    return id;
  };
}

function multiplication(backend: WasmBackend): Multiply {
  const known = multiplications.get(backend);
  if (known) return known;
  const tensor = ['number', 'array', 'number'];
  const made = backend.wasm.cwrap(tf.BatchMatMul, null, [...tensor, ...tensor, 'number', 'number', 'number']);
  multiplications.set(backend, made);
  return made;
}

function shapeBytes(shape: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}

interface SliceCall extends Call<{ x: tf.TensorInfo }> {
  readonly attrs: { readonly begin: number | number[]; readonly size: number | number[] };
}

/** A slice of float32 that takes whole rows, or the same columns of each of its rows; nothing for other slices. */
function sliceOfRows({ inputs: { x }, attrs, backend }: SliceCall): tf.TensorInfo | undefined {
  if (x.dtype !== 'float32') return undefined;
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
  const columns = x.shape.at(-1) as number;
  // All axes between the first and the last are taken whole, or there are none.
  if (x.shape.length < 2 || size.slice(1, -1).some((length, axis) => length !== x.shape[axis + 1])) return undefined;
  const taken = size.at(-1) as number;
  const inner = size.slice(1, -1).reduce((product, length) => product * length, 1);
  const rows = (size[0] as number) * inner;
  const result = backend.makeOutput(size, 'float32');
  const { HEAPU8 } = backend.wasm;
  const from =
    backend.dataIdMap.get(x.dataId).memoryOffset +
    4 * ((begin[0] as number) * inner * columns + (begin.at(-1) as number));
  const to = backend.dataIdMap.get(result.dataId).memoryOffset;
  if (taken === columns) HEAPU8.copyWithin(to, from, from + 4 * rows * columns);
  else {
    for (let row = 0; row < rows; row++) {
      const start = from + 4 * row * columns;
      HEAPU8.copyWithin(to + 4 * row * taken, start, start + 4 * taken);
    }
  }
  return result;
}
