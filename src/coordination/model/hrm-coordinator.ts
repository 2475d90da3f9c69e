import { RexError } from '../../core/errors.ts';
import { tf } from '../../hrm/backend/tensorflow.ts';
import { encodeTask } from '../encoder/encode-task.ts';
import type { EncoderSettings } from '../encoder/encoded-task.ts';
import { fullEvidence, type LinearPath, linearScores } from '../linear/linear-path.ts';
import { decodeOrder } from '../order/decode-order.ts';
import { type OrderModel, scoreEdges } from '../order/score-edges.ts';
import { encodeSentences, type SentenceEncoder } from '../sentence/sentence-encoder.ts';
import type { PlanningTask } from '../task/planning-task.ts';
import { type Calibration, calibrate, mixPlan, softmax } from './calibration.ts';
import type { CoordinationModel } from './coordination-model.ts';
import { type PlanInput, planSteps } from './plan-steps.ts';
import { embedTasks } from './planning-steps.ts';
import {
  type Coordinator,
  type OrderEdge,
  type Prediction,
  type RecoveryAction,
  recoveryActions,
  type StepObservation,
} from './prediction.ts';
import { planPrior } from './prior.ts';
import { beginRecovery, observationAgent, observationText, readRecovery, recoveryFeatures } from './recovery.ts';

/** Everything that a trained coordinator consists of. */
export interface CoordinatorParts {
  readonly name: string;
  readonly encoder: EncoderSettings;
  /** The sentence encoder that the weights need, where they need one; it stays the caller's. */
  readonly sentence?: SentenceEncoder | undefined;
  readonly linear: LinearPath;
  readonly order: OrderModel;
  readonly calibration: Calibration;
  /** What makes the linear path's own answer a prediction, for comparison; default: `calibration`. */
  readonly linearCalibration?: Calibration | undefined;
  /** It belongs to the coordinator, which frees it. */
  readonly model: CoordinationModel;
}

/** Tasks that are planned at once: wasm takes 20 ms a task with 8, and more with fewer or many. */
const batchSize = 8;

/** Options of a prediction. */
export interface PredictOptions {
  /** Most planning steps; default: the model's. */
  readonly maxSteps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The heads on HRM as a coordinator: the linear path's plan, improved step by step until the Q head halts. */
export class HrmCoordinator implements Coordinator {
  readonly name: string;
  readonly parts: CoordinatorParts;
  #disposed = false;

  constructor(parts: CoordinatorParts) {
    this.name = parts.name;
    this.parts = parts;
  }

  /** Plans a task, with at most `maxSteps` planning steps (default: the model's). @throws MODEL_DISPOSED */
  async predict(task: PlanningTask, options: PredictOptions = {}): Promise<Prediction> {
    const [prediction] = await this.predictAll([task], options);
    return prediction as Prediction;
  }

  /** Plans several tasks in small batches; each halts by itself. @throws MODEL_DISPOSED */
  async predictAll(tasks: readonly PlanningTask[], options: PredictOptions = {}): Promise<readonly Prediction[]> {
    const predictions: Prediction[] = [];
    for (let start = 0; start < tasks.length; start += batchSize) {
      predictions.push(...(await this.#predictBatch(tasks.slice(start, start + batchSize), options)));
    }
    return predictions;
  }

  async #predictBatch(tasks: readonly PlanningTask[], options: PredictOptions): Promise<readonly Prediction[]> {
    this.#check('predict');
    options.signal?.throwIfAborted();
    const { model, calibration } = this.parts;
    const most = Math.max(1, Math.min(options.maxSteps ?? model.config.core.maxSteps, model.config.core.maxSteps));
    const sentences = await encodeSentences(
      this.parts.sentence,
      tasks.map(({ text }) => text),
    );
    const given = tasks.map((task) => readTask(task, this.parts, sentences));
    const found: (Prediction | undefined)[] = tasks.map(() => undefined);
    let steps = 0;
    for await (const { plan, haltProbability, halts } of planSteps(model, joinInputs(given), most)) {
      options.signal?.throwIfAborted();
      steps += 1;
      const width = plan.length / tasks.length;
      tasks.forEach((_, row) => {
        if (found[row] || (steps < most && !halts[row])) return;
        const continueProbability = 1 - (haltProbability[row] as number);
        const byHeads = plan.subarray(row * width, (row + 1) * width);
        const mixed = mixPlan(byHeads, (given[row] as PlanInput).prior, calibration);
        found[row] = calibrate(mixed, calibration, { steps, continueProbability });
      });
      if (!found.includes(undefined)) break;
    }
    return found as Prediction[];
  }

  /** Orders subtasks. @throws MODEL_DISPOSED */
  async order(request: string, subtasks: readonly string[]): Promise<readonly OrderEdge[]> {
    this.#check('order');
    if (subtasks.length < 2) return [];
    return decodeOrder(scoreEdges(this.parts.order, request, subtasks), subtasks.length);
  }

  /** What an agent does next, by the L module. @throws MODEL_DISPOSED */
  async recover(observation: StepObservation): Promise<Readonly<Record<RecoveryAction, number>>> {
    this.#check('recover');
    const { encoder, model } = this.parts;
    const { tokens } = encodeTask({ text: observationText(observation) }, encoder);
    const logits = tf.tidy(() => {
      const agents = Int32Array.of(observationAgent(observation));
      const words = embedTasks(model, tokens);
      const features = recoveryFeatures(observation);
      const begun = beginRecovery(model, words, agents);
      return readRecovery(model, begun, words, agents, tf.tensor2d(features, [1, features.length]));
    });
    const shares = softmax(Float32Array.from(await logits.data<'float32'>()));
    logits.dispose();
    return Object.fromEntries(recoveryActions.map((action, index) => [action, shares[index]])) as never;
  }

  /** Frees the model; later calls throw `MODEL_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.parts.model[Symbol.dispose]();
  }

  #check(operation: string): void {
    if (this.#disposed) throw new RexError('MODEL_DISPOSED', 'the coordinator is disposed', { operation });
  }
}

/** A task as the model reads it. */
function readTask(
  task: PlanningTask,
  { encoder, linear }: Pick<CoordinatorParts, 'encoder' | 'linear'>,
  sentences: ReadonlyMap<string, Float32Array>,
): PlanInput {
  const encoded = encodeTask(task, encoder, sentences.get(task.text));
  const scores = linearScores(linear, encoded);
  return { tokens: encoded.tokens, evidence: fullEvidence(encoded.evidence, scores), prior: planPrior(scores) };
}

function joinInputs(inputs: readonly PlanInput[]): PlanInput {
  return {
    tokens: Int32Array.from(inputs.flatMap(({ tokens }) => [...tokens])),
    evidence: Float32Array.from(inputs.flatMap(({ evidence }) => [...evidence])),
    prior: Float32Array.from(inputs.flatMap(({ prior }) => [...prior])),
  };
}
