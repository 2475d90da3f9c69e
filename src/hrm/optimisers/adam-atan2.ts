import { tf } from '../backend/tensorflow.ts';

/** Settings of {@link AdamAtan2}. */
export interface AdamAtan2Options {
  /** Decay of the first moment, default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment, default 0.95. */
  readonly beta2?: number;
  /** Pull of every parameter towards 0, default 0.1. */
  readonly weightDecay?: number;
}

/** The two moments of one parameter. */
export interface Moments {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/** Adam whose step is atan2(m, √v): bounded and without an epsilon (imoneoi/adam-atan2 0.0.3). */
export class AdamAtan2 implements Disposable {
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Updates done so far. */
  step = 0;
  readonly moments: Map<string, Moments> = new Map();

  constructor(options: AdamAtan2Options = {}) {
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.95;
    this.weightDecay = options.weightDecay ?? 0.1;
  }

  /** Counts a new update; {@link update} is then called once for every parameter. */
  beginStep(): void {
    this.step += 1;
  }

  /** The new value of one parameter. One parameter at a time, so that few temporaries live at once. */
  update(name: string, parameter: tf.Tensor, gradient: tf.Tensor, rate: number): tf.Tensor {
    const { beta1, beta2, weightDecay, step } = this;
    const old = this.moments.get(name);
    const stepSize = rate / (1 - beta1 ** step);
    const secondScale = 1 / Math.sqrt(1 - beta2 ** step);
    const [value, first, second] = tf.tidy(() => {
      const m = old ? tf.add(old.first, tf.mul(tf.sub(gradient, old.first), 1 - beta1)) : tf.mul(gradient, 1 - beta1);
      const squared = tf.mul(tf.square(gradient), 1 - beta2);
      const v = old ? tf.add(tf.mul(old.second, beta2), squared) : squared;
      const direction = tf.atan2(m, guard(tf.mul(tf.sqrt(v), secondScale)));
      const decayed = tf.mul(parameter, 1 - rate * weightDecay);
      return [tf.sub(decayed, tf.mul(direction, stepSize)), m, v];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    old?.first.dispose();
    old?.second.dispose();
    this.moments.set(name, { first: tf.keep(first), second: tf.keep(second) });
    return value;
  }

  [Symbol.dispose](): void {
    for (const { first, second } of this.moments.values()) tf.dispose([first, second]);
    this.moments.clear();
  }
}

/** Graphics shaders leave atan2(0, 0) undefined: there the denominator is kept above 0. */
function guard(denominator: tf.Tensor): tf.Tensor {
  return tf.getBackend().startsWith('web') ? tf.maximum(denominator, 1e-30) : denominator;
}
