import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Random, useBackend } from 'hrm-rex/hrm';
import { tf } from '../../src/hrm/backend/tensorflow.ts';
import { multiplyAll } from '../../src/hrm/ops/batched-product.ts';

const random = new Random(3);
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * random.next() - 1);

/** a·b, number by number in double precision. */
function product(a: Float32Array, b: Float32Array, [count, rows, inner, columns]: readonly number[]): Float64Array {
  const [N, I, K, J] = [count, rows, inner, columns] as [number, number, number, number];
  const result = new Float64Array(N * I * J);
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < I; i++) {
      for (let j = 0; j < J; j++) {
        for (let k = 0; k < K; k++) {
          const term = (a[(n * I + i) * K + k] as number) * (b[(n * K + k) * J + j] as number);
          result[(n * I + i) * J + j] = (result[(n * I + i) * J + j] as number) + term;
        }
      }
    }
  }
  return result;
}

describe('kernels beside those of wasm', () => {
  before(() => useBackend('wasm'));

  for (const sizes of [
    [5, 40, 64, 50],
    [3, 1, 300, 200],
    [2, 3, 4, 5],
  ]) {
    test(`a stack of products of ${sizes.join(', ')}, and nothing left of it`, async () => {
      const [count, rows, inner, columns] = sizes as [number, number, number, number];
      const [left, right] = [numbers(count * rows * inner), numbers(count * inner * columns)];
      const held = tf.memory().numTensors;
      const a = tf.tensor3d(left, [count, rows, inner]);
      const b = tf.tensor3d(right, [count, inner, columns]);
      const direct = multiplyAll(a, b);
      assert.deepEqual(direct.shape, [count, rows, columns]);
      near(await direct.data(), product(left, right, sizes));
      tf.dispose([a, b, direct]);
      assert.equal(tf.memory().numTensors, held);
    });
  }

  test('slices of rows, columns, both, inner axes and whole numbers', async () => {
    const x = tf.tensor(
      Float32Array.from({ length: 120 }, (_, index) => index),
      [4, 5, 6],
    );
    const wholes = tf.tensor(
      Int32Array.from({ length: 20 }, (_, index) => index),
      [4, 5],
      'int32',
    );
    const flat = tf.reshape(x, [20, 6]);
    const taken = async (tensor: tf.Tensor, begin: number[], size: number[]): Promise<unknown> =>
      tf.slice(tensor, begin, size).array();
    const rows = (await flat.array()) as number[][];
    assert.deepEqual(await taken(flat, [3], [2]), rows.slice(3, 5));
    assert.deepEqual(
      await taken(flat, [0, 4], [-1, 2]),
      rows.map((row) => row.slice(4)),
    );
    assert.deepEqual(
      await taken(flat, [7, 1], [2, 3]),
      rows.slice(7, 9).map((row) => row.slice(1, 4)),
    );
    const cube = (await x.array()) as number[][][];
    assert.deepEqual(await taken(x, [1, 0, 0], [2, 5, 6]), cube.slice(1, 3));
    assert.deepEqual(
      await taken(x, [2, 0, 3], [2, 5, 2]),
      cube.slice(2).map((part) => part.map((row) => row.slice(3, 5))),
    );
    assert.deepEqual(
      await taken(x, [0, 1, 0], [4, 2, 6]),
      cube.map((part) => part.slice(1, 3)),
    );
    assert.deepEqual(await taken(tf.reshape(x, [120]), [7], [3]), [7, 8, 9]);
    assert.deepEqual(await taken(wholes, [1, 2], [2, 2]), [
      [7, 8],
      [12, 13],
    ]);
    assert.throws(() => tf.slice(flat, [19, 0], [2, 6]));
  });
});

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  for (let index = 0; index < expected.length; index++) {
    const [value, wanted] = [actual[index] as number, expected[index] as number];
    assert.ok(Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)), `[${index}] ${value}, not ${wanted}`);
  }
}
