import { tf } from '../../hrm/backend/tensorflow.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';

/** A moving average of the trained tensors, for scores and for what is kept. */
export class ParameterAverage implements Disposable {
  readonly tensors: Map<string, tf.Tensor> = new Map();
  readonly #decay: number;
  #updates = 0;

  constructor(model: CoordinationModel, decay: number) {
    this.#decay = decay;
    for (const name of model.trainableNames) this.tensors.set(name, tf.keep(tf.clone(model.tensor(name))));
  }

  /** Takes in the model's present tensors; the first updates count more, so that the start is soon forgotten. */
  update(model: CoordinationModel): void {
    this.#updates += 1;
    const keep = Math.min(this.#decay, this.#updates / (this.#updates + 9));
    for (const [name, average] of this.tensors) {
      const next = tf.tidy(() => tf.add(average, tf.mul(tf.sub(model.tensor(name), average), 1 - keep)));
      average.dispose();
      this.tensors.set(name, tf.keep(next));
    }
  }

  /** Updates done so far. */
  get updates(): number {
    return this.#updates;
  }

  set updates(count: number) {
    this.#updates = count;
  }

  /** Runs something with the average in the model's place. */
  async with<Result>(model: CoordinationModel, run: () => Promise<Result>): Promise<Result> {
    const own = model.trainableNames.map((name) => [name, tf.keep(tf.clone(model.tensor(name)))] as const);
    for (const [name, average] of this.tensors) model.replaceTensor(name, tf.clone(average));
    try {
      return await run();
    } finally {
      for (const [name, tensor] of own) model.replaceTensor(name, tensor);
    }
  }

  [Symbol.dispose](): void {
    tf.dispose([...this.tensors.values()]);
    this.tensors.clear();
  }
}
