import { tf } from '../../hrm/backend/tensorflow.ts';
import { type CoordinationModel, positionTable, wordTable } from '../model/coordination-model.ts';
import { wordGradient } from './word-gradient.ts';

/** Gradients by parameter name. The caller disposes them. */
export class GradientMap implements Disposable {
  readonly tensors: Map<string, tf.Tensor> = new Map();
  /** Gradient of what the core reads of each batch, with the tokens that were read. */
  readonly #words: { readonly tokens: Int32Array; readonly slope: tf.Tensor }[] = [];

  /** Adds a gradient and takes it over. */
  add(name: string, gradient: tf.Tensor): void {
    const old = this.tensors.get(name);
    this.tensors.set(name, tf.keep(old ? tf.tidy(() => tf.add(old, gradient)) : gradient));
    if (old) tf.dispose([old, gradient]);
  }

  /** Adds the gradient of a batch's embedding and takes it over. [B, S, D] */
  addWords(tokens: Int32Array, slope: tf.Tensor): void {
    this.#words.push({ tokens, slope: tf.keep(slope) });
  }

  /** Turns the gradients of embeddings into those of the tables of words and positions. */
  async collectWords(model: CoordinationModel): Promise<void> {
    const found = await wordGradient(model, this.#words);
    for (const { slope } of this.#words.splice(0)) slope.dispose();
    this.add(wordTable, found.words);
    if (found.positions) this.add(positionTable, found.positions);
  }

  [Symbol.dispose](): void {
    tf.dispose([...this.tensors.values(), ...this.#words.map(({ slope }) => slope)]);
    this.tensors.clear();
    this.#words.length = 0;
  }
}

/** Names of the tensors that the tape carries for some purpose: all but the tables and those that match. */
export function leavesWithout(model: CoordinationModel, excluded: RegExp): string[] {
  return model.trainableNames.filter((name) => name !== wordTable && name !== positionTable && !excluded.test(name));
}

/**
 * Gradient of a number by named tensors and by what the core reads. Names on which it does not depend are left out. The
 * tensors that `compute` keeps stay the caller's.
 */
export function differentiate(
  model: CoordinationModel,
  names: readonly string[],
  input: tf.Tensor | undefined,
  compute: () => tf.Scalar,
): { readonly named: readonly (readonly [string, tf.Tensor])[]; readonly input: tf.Tensor | undefined } {
  const leaves = names.map((name) => model.tensor(name));
  const grads = tf.tidy(() => {
    const found = tf.engine().gradients(compute, input ? [...leaves, input] : leaves).grads as (
      | tf.Tensor
      | undefined
    )[];
    for (const gradient of found) if (gradient) tf.keep(gradient);
    return found as never;
  }) as (tf.Tensor | undefined)[];
  const named = names.flatMap((name, index) => {
    const gradient = grads[index];
    return gradient ? [[name, gradient] as const] : [];
  });
  return { named, input: input && grads[names.length] };
}
