import type { Batch } from '../act/batch.ts';
import { type Carry, disposeCarry, initialCarry, refill } from '../act/carry.ts';
import { stepModel } from '../act/step.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import type { CompiledModel, CompiledState } from '../onnx/compile.ts';
import type { Random } from '../random.ts';
import { keepRows, normals, perturb } from './rows.ts';

/** What each row of a batch holds for right after one step. */
export interface AttemptStep {
  /** Likeliest token of each position, [B·S]. */
  readonly predictions: Int32Array;
  /** [B] */
  readonly qHaltLogits: Float32Array;
  /** [B] */
  readonly qContinueLogits: Float32Array;
}

/** One try of a batch of puzzles, step by step, by whatever engine. */
export interface Attempt extends Disposable {
  step(): Promise<AttemptStep>;
  /** Goes on with some rows only. */
  keep(rows: readonly number[]): void;
}

/** How a try begins. */
export interface AttemptStart {
  /** Standard deviation of what is added to both states. */
  readonly noise: number;
  readonly random: Random;
}

/** A try on the TensorFlow.js backend in use. */
export function modelAttempt(model: HrmModel, batch: Batch, { noise, random }: AttemptStart): Attempt {
  let carry: Carry = initialCarry(model, batch.size);
  const replace = (next: Carry): void => {
    disposeCarry(carry);
    carry = next;
  };
  if (noise > 0) {
    replace(refill(model, carry, batch));
    carry = perturb(carry, noise, random);
  }
  let incoming = batch;
  return {
    async step() {
      const { carry: next, logits, ...shown } = await stepModel(model, carry, incoming, unbounded);
      logits.dispose();
      replace(next);
      return shown;
    },
    keep(rows) {
      replace(keepRows(carry, rows));
      incoming = carry.data;
    },
    [Symbol.dispose]: () => disposeCarry(carry),
  };
}

/** No row starts anew: how many steps are enough is not the attempt's business. */
const unbounded = { maxSteps: Number.POSITIVE_INFINITY };

/** A try by a compiled model. */
export function compiledAttempt(model: CompiledModel, batch: Batch, { noise, random }: AttemptStart): Attempt {
  let { inputs, puzzleIdentifiers } = batch;
  let state = model.start(batch.size);
  if (noise > 0) state = mapState(state, (values) => add(values, normals(values.length, noise, random)));
  return {
    async step() {
      const { state: next, logits, ...q } = await model.step(state, inputs, puzzleIdentifiers);
      state = next;
      return { predictions: argMax(logits, model.config.vocabularySize), ...q };
    },
    keep(rows) {
      const count = puzzleIdentifiers.length;
      const kept = <Values extends Float32Array | Int32Array>(values: Values): Values => take(values, rows, count);
      state = mapState(state, kept);
      inputs = kept(inputs);
      puzzleIdentifiers = kept(puzzleIdentifiers);
    },
    [Symbol.dispose]: () => {},
  };
}

function mapState({ high, low }: CompiledState, change: (values: Float32Array) => Float32Array): CompiledState {
  return { high: change(high), low: change(low) };
}

function add(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, index) => value + (right[index] as number));
}

/** Some of `count` equally long rows. */
function take<Values extends Float32Array | Int32Array>(
  values: Values,
  rows: readonly number[],
  count: number,
): Values {
  const length = values.length / count;
  const taken = values.slice(0, rows.length * length) as Values;
  rows.forEach((row, index) => {
    taken.set(values.subarray(row * length, (row + 1) * length), index * length);
  });
  return taken;
}

/** Index of the greatest of every `size` values; the lowest of equals. */
function argMax(values: Float32Array, size: number): Int32Array {
  return Int32Array.from({ length: values.length / size }, (_, position) => {
    let best = 0;
    for (let index = 1; index < size; index++) {
      if ((values[position * size + index] as number) > (values[position * size + best] as number)) best = index;
    }
    return best;
  });
}
