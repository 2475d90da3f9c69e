import type { Batch } from '../act/batch.ts';
import { type Carry, refill } from '../act/carry.ts';
import { embedBatch, forward } from '../act/forward.ts';
import { decideHalting } from '../act/halting.ts';
import { argMax, checkStep, type StepResult, splitQ } from '../act/step.ts';
import { tf } from '../backend/tensorflow.ts';
import type { HrmConfig } from '../config.ts';
import { actLoss } from '../losses/act-loss.ts';
import { countRows, type StepMetrics, scoreRows } from '../losses/metrics.ts';
import type { HostTensor } from '../model/host-tensor.ts';
import { type HrmModel, toHost } from '../model/hrm-model.ts';
import { beginStep, finishStep, type ReasoningState, readHeads } from '../model/inner-step.ts';
import { withoutTape } from '../ops/without-tape.ts';

/** Gradient of loss / B for every trained tensor. The caller disposes it. */
export interface Gradients extends Disposable {
  /** By parameter name; linear weights are [in, out], as in the model. */
  readonly tensors: ReadonlyMap<string, tf.Tensor>;
  /** Gradient of the puzzle rows, one for each row of the batch, before equal identifiers are summed. [B, size] */
  readonly puzzleRows?: tf.Tensor2D;
  /** Identifier of each of those rows, [B]. */
  readonly puzzleIdentifiers: Int32Array;
}

/** What one training step gives. The carry, the logits and the gradients are the caller's to dispose. */
export interface TrainingStepResult extends StepResult {
  readonly gradients: Gradients;
  /** Probability that the continue head learns, [B]; absent without a second pass. */
  readonly targetQContinue?: Float32Array;
  /** Loss of the batch, a sum over rows; its gradient is taken after division by B. */
  readonly loss: number;
  readonly metrics: StepMetrics;
}

/** Options of {@link computeGradients}. */
export interface GradientOptions {
  /** Steps before which each row may not halt (the exploration draw), [B]; the default is 0 everywhere. */
  readonly minHaltSteps?: Int32Array;
  /** Compute each block again for its gradient, to bound memory; default false. */
  readonly recompute?: boolean;
}

/**
 * One training step without the update: halted rows take the incoming puzzles, every row thinks once, and the loss of
 * that one step is differentiated. The given carry stays valid. Throws `INVALID_ARGUMENT` for a batch that does not fit.
 */
export async function computeGradients(
  model: HrmModel,
  carry: Carry,
  batch: Batch,
  options: GradientOptions = {},
): Promise<TrainingStepResult> {
  checkStep(model, carry, batch);
  const filled = refill(model, carry, batch);
  const steps = filled.steps.map((taken) => taken + 1);
  const { kept, gradients } = differentiate(model, filled, steps, options.recompute === true);
  tf.dispose([filled.state.high, filled.state.low]);

  const q = splitQ(await kept.q.data<'float32'>());
  const predictions = await argMax(kept.logits);
  const minHaltSteps = options.minHaltSteps ?? new Int32Array(batch.size);
  const halted = decideHalting(model.config, steps, q.qHaltLogits, q.qContinueLogits, minHaltSteps);
  const [loss, lmLoss, qHaltLoss, qContinueLoss] = await Promise.all(
    kept.losses.map(async (part) => (await part.data())[0] as number),
  );
  const targetQContinue = kept.target && Float32Array.from(await kept.target.data<'float32'>());
  tf.dispose([kept.q, ...kept.losses, ...(kept.target ? [kept.target] : [])]);
  return {
    carry: { state: kept.state, steps, halted, data: filled.data },
    logits: kept.logits,
    predictions,
    ...q,
    ...(targetQContinue && { targetQContinue }),
    gradients,
    loss: loss as number,
    metrics: {
      ...countRows(scoreRows(predictions, filled.data), halted, steps, q.qHaltLogits),
      lmLoss: lmLoss as number,
      qHaltLoss: qHaltLoss as number,
      ...(qContinueLoss !== undefined && { qContinueLoss }),
    },
  };
}

/** Downloads gradients under the original's names and shapes (linear weights [out, in]). */
export async function readGradients(model: HrmModel, gradients: Gradients): Promise<Map<string, HostTensor>> {
  const found = new Map<string, HostTensor>();
  for (const { name, kind } of model.layout) {
    const tensor = gradients.tensors.get(name);
    if (tensor) found.set(name, await toHost(tensor, kind === 'linear'));
  }
  if (gradients.puzzleRows)
    found.set('model.inner.puzzle_emb.local_weights', await toHost(gradients.puzzleRows, false));
  return found;
}

interface Kept {
  state: ReasoningState;
  logits: tf.Tensor3D;
  q: tf.Tensor2D;
  target?: tf.Tensor1D;
  losses: tf.Scalar[];
}

function differentiate(
  model: HrmModel,
  carry: Carry,
  steps: Int32Array,
  recompute: boolean,
): { kept: Kept; gradients: Gradients } {
  const { config, weights, settings, trainableNames } = model;
  const { data } = carry;
  return tf.tidy(() => {
    const puzzleRows = model.puzzleTable?.rows(data.puzzleIdentifiers);
    // All updates but the last ones run before the tape: they need no gradient, and their memory is free again.
    const begun = tf.tidy(() =>
      asContainer(beginStep(config, weights, settings, carry.state, embedBatch(model, data, puzzleRows))),
    );
    const leaves = trainableNames.map((name) => model.tensor(name));
    let kept: Kept | undefined;
    const { grads } = tf.engine().gradients(
      () => {
        const input = embedBatch(model, data, puzzleRows); // [B, T, D]
        const state = finishStep(config, weights, { ...settings, recompute }, begun, input);
        const heads = readHeads(config, weights, state.high);
        const target = hasTarget(config) ? withoutTape(() => targetQContinue(model, carry, state, steps)) : undefined;
        const { total, lm, qHalt, qContinue } = actLoss(config, heads, data, target);
        const losses = [total, lm, qHalt, ...(qContinue ? [qContinue] : [])];
        kept = { state, ...heads, losses, ...(target && { target }) };
        for (const tensor of [state.high, state.low, heads.logits, heads.q, ...losses, ...(target ? [target] : [])]) {
          tf.keep(tensor);
        }
        return tf.div(total, data.size) as tf.Scalar;
      },
      puzzleRows ? [...leaves, puzzleRows] : leaves,
    );
    for (const gradient of grads) tf.keep(gradient);
    return { kept: kept as Kept, gradients: collect(trainableNames, grads, data) } as never;
  });
}

function hasTarget(config: HrmConfig): boolean {
  return config.maxSteps > 1 && config.qHead === 'halt-continue';
}

/** σ of the next step's best Q value (at the last step: of its halt value), from a second pass on the new state. [B] */
function targetQContinue(model: HrmModel, carry: Carry, state: ReasoningState, steps: Int32Array): tf.Tensor1D {
  const { heads } = forward(model, state, carry.data);
  const halt = tf.slice(heads.q, [0, 0], [-1, 1]); // [B, 1]
  const best = tf.max(heads.q, -1, true); // [B, 1]
  const isLast = tf.tensor2d(
    Float32Array.from(steps, (taken) => (taken >= model.config.maxSteps ? 1 : 0)),
    [steps.length, 1],
  );
  const chosen = tf.add(tf.mul(halt, isLast), tf.mul(best, tf.sub(1, isLast)));
  return tf.reshape(tf.sigmoid(chosen), [-1]) as tf.Tensor1D;
}

function collect(names: readonly string[], grads: readonly tf.Tensor[], { puzzleIdentifiers }: Batch): Gradients {
  const tensors = new Map(names.map((name, index) => [name, grads[index] as tf.Tensor]));
  const puzzleRows = grads[names.length] as tf.Tensor2D | undefined;
  return {
    tensors,
    ...(puzzleRows && { puzzleRows }),
    puzzleIdentifiers,
    [Symbol.dispose]: () => tf.dispose([...grads]),
  };
}

function asContainer(state: ReasoningState): ReasoningState & tf.TensorContainerObject {
  return state as ReasoningState & tf.TensorContainerObject;
}
