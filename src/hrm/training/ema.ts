import { tf } from '../backend/tensorflow.ts';

/** A model whose trained tensors are averaged. */
export interface AveragedModel {
  readonly trainableNames: readonly string[];
  tensor(name: string): tf.Tensor;
  replaceTensor(name: string, value: tf.Tensor): void;
}

/** A moving average of the trained parameters, for evaluation (TRM uses a decay of 0.999). */
export class MovingAverage implements Disposable {
  readonly decay: number;
  readonly tensors: Map<string, tf.Tensor> = new Map();

  constructor(model: AveragedModel, decay: number) {
    this.decay = decay;
    for (const name of model.trainableNames) this.tensors.set(name, tf.keep(tf.clone(model.tensor(name))));
  }

  /** Takes in the model's present parameters; `keep` is the part of the average that stays, default {@link decay}. */
  update(model: AveragedModel, keep: number = this.decay): void {
    for (const [name, average] of this.tensors) {
      const next = tf.tidy(() => tf.add(average, tf.mul(tf.sub(model.tensor(name), average), 1 - keep)));
      average.dispose();
      this.tensors.set(name, tf.keep(next));
    }
  }

  /** Puts the average in the place of the model's parameters. */
  applyTo(model: AveragedModel): void {
    for (const [name, average] of this.tensors) model.replaceTensor(name, tf.clone(average));
  }

  /** Runs something with the average in the model's place. */
  async with<Result>(model: AveragedModel, run: () => Promise<Result>): Promise<Result> {
    const own = model.trainableNames.map((name) => [name, tf.keep(tf.clone(model.tensor(name)))] as const);
    this.applyTo(model);
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
