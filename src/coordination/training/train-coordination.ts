import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../hrm/model/host-tensor.ts';
import { toHost } from '../../hrm/model/hrm-model.ts';
import { appendEvent, readEvents } from '../../hrm/training/event-log.ts';
import { toTensor } from '../../hrm/training/training-state.ts';
import { sha256 } from '../../hrm/weights/model-file.ts';
import type { ExampleSet } from '../data/examples.ts';
import { orderRows } from '../data/order-rows.ts';
import { type PreparedData, prepareData } from '../data/prepare-data.ts';
import { RecoveryExamples } from '../data/recovery-examples.ts';
import { linearPlans, planExamples, predictionsOf, targetsOf } from '../evaluation/plan-examples.ts';
import { scoreOrder } from '../evaluation/score-order.ts';
import { flattenScores, type PlanScores, scorePlans } from '../evaluation/score-plans.ts';
import { type Calibration, calibrateLogits, mixPlan } from '../model/calibration.ts';
import { type CoordinationModel, createCoordinationModel } from '../model/coordination-model.ts';
import { HrmCoordinator } from '../model/hrm-coordinator.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { trainOrder } from '../order/train-order.ts';
import { encodeSentences } from '../sentence/sentence-encoder.ts';
import { saveCoordinator } from '../weights/coordination-file.ts';
import { chooseOutputs, type RivalPlans } from './choose-outputs.ts';
import { renderCoordinationCurves } from './curves.ts';
import { fitCalibration } from './fit-calibration.ts';
import { type BestState, readHeadsCheckpoint, writeHeadsCheckpoint } from './heads-checkpoint.ts';
import { HeadsTrainer } from './heads-trainer.ts';
import { writeCard } from './model-card.ts';
import { meanPlanLoss } from './plan-batch.ts';
import type { CoordinationTrainEvent } from './train-events.ts';
import {
  type CoordinationTrainOptions,
  type ResolvedCoordinationTrainOptions,
  resolveCoordinationTrainOptions,
} from './train-options.ts';

/**
 * Trains a coordinator and writes its weights, card and curves into a folder: first the linear path and the dependency
 * scorer, then core and heads on what the linear path leaves open. A run goes on from its last checkpoint, bit for bit on the
 * same backend.
 *
 * @throws RexError `INVALID_ARGUMENT`, `TRAINING_DIVERGED`, `MODEL_FILE_CORRUPT` for a damaged checkpoint or one of another run
 */
export async function* trainCoordination(
  options: CoordinationTrainOptions,
): AsyncGenerator<CoordinationTrainEvent, void> {
  const resolved = resolveCoordinationTrainOptions(options);
  const { seed, batchSize, reportEvery, folder, signal, now } = resolved;
  const texts = resolved.rows.map(({ text }) => text);
  const sentences = await encodeSentences(resolved.sentence, resolved.sentence ? [...texts, ''] : []);
  const data = prepareData(resolved.rows, { ...resolved, sentences });
  const perEpoch = Math.ceil(data.train.count / batchSize);
  const totalSteps = resolved.epochs * perEpoch;
  const evaluateEvery = resolved.evaluateEvery ?? perEpoch;
  const recovery = resolved.recovery.length > 0 ? new RecoveryExamples(resolved.recovery, resolved.encoder) : undefined;
  using model = createCoordinationModel(resolved.config, { seed });
  const rates = { ...resolved, totalSteps, warmupSteps: Math.min(50, Math.floor(totalSteps / 5)), averageDecay: 0.99 };
  using trainer = new HeadsTrainer(model, data.train, recovery, rates);
  const run = describeRun(resolved, data);
  const place = join(folder, 'run');
  const found = resolved.resume ? await readHeadsCheckpoint(trainer, run, place) : undefined;
  let best: BestState | undefined = found?.best;
  const log = join(place, 'events.jsonl');
  if (!found) await rm(log, { force: true });
  const events: CoordinationTrainEvent[] = await readEvents<ReportEvent>(log, trainer.step);
  const note = async <Event extends CoordinationTrainEvent>(event: Event): Promise<Event> => {
    events.push(event);
    if (event.type === 'step' || event.type === 'evaluation') await appendEvent(log, event);
    return event;
  };
  const rows = { train: data.train.count, heldOut: data.heldOut.count, validation: data.validation.count };
  const parameterCount = model.trainableNames.reduce((sum, name) => sum + model.tensor(name).size, 0);
  yield await note({ type: 'started', step: trainer.step, totalSteps, parameterCount, rows });
  const linear = linearLevel(data, resolved);
  yield await note({ type: 'linear', loss: linear.loss, scores: linear.scores });
  const [startStep, startedAt] = [trainer.step, now()];
  while (trainer.step < totalSteps) {
    if (signal?.aborted) {
      await writeHeadsCheckpoint(trainer, best, run, place);
      yield await note({ type: 'checkpoint', step: trainer.step, folder: place });
      yield await note({ type: 'finished', step: trainer.step, reason: 'aborted' });
      return;
    }
    const { plan, halting, recovery: recoveryLoss, learningRate } = await trainer.advance();
    const { step } = trainer;
    if (step % reportEvery === 0 || step === totalSteps) {
      const stepsPerSecond = ((step - startStep) * 1000) / Math.max(1e-3, now() - startedAt);
      const remainingMs = ((totalSteps - step) * 1000) / stepsPerSecond;
      const losses = { loss: plan, haltingLoss: halting, ...(recoveryLoss !== undefined && { recoveryLoss }) };
      yield await note({ type: 'step', step, ...losses, learningRate, stepsPerSecond, remainingMs });
    }
    if (step % evaluateEvery === 0 || step === totalSteps) {
      const { loss, scores } = await trainer.average.with(model, () => judge(model, data, resolved));
      const isBest = best === undefined || loss < best.loss;
      if (isBest) best = { loss, tensors: await hostTensors(trainer.average.tensors) };
      yield await note({ type: 'evaluation', step, loss, isBest, scores });
      await writeHeadsCheckpoint(trainer, best, run, place);
      yield await note({ type: 'checkpoint', step, folder: place });
    }
  }
  for (const [name, tensor] of best?.tensors ?? []) model.replaceTensor(name, toTensor(tensor));
  const { calibration, scores } = await settle(model, data, resolved, linear.calibration);
  const order = trainOrder(orderRows(resolved.dependencies), { seed });
  const { name, encoder, bits } = resolved;
  const parts = {
    name,
    encoder,
    sentence: resolved.sentence,
    linear: data.linear,
    order,
    calibration,
    linearCalibration: linear.calibration,
    model,
  };
  const metrics = flattenScores(scores);
  const notes = { ...resolved.notes, seed: String(seed), split: calibrationNote(resolved) };
  await saveCoordinator(parts, folder, { bits, metrics, notes });
  await writeFile(join(folder, 'curves.html'), renderCoordinationCurves(events));
  const { byHeads } = calibration;
  const graphs = resolved.dependencies.filter(({ split }) => split === 'val');
  const ordered = await scoreOrder(new HrmCoordinator(parts), graphs);
  const card = { rows: resolved.rows, events, scores, order: ordered, model, byHeads, linear: data.linear, notes };
  await writeCard(folder, { ...card, sentence: encoder.sentence });
  yield { type: 'finished', step: trainer.step, reason: 'completed', scores, folder };
}

/** What the curves are drawn from; kept beside the checkpoint, so that a run that goes on has all of it. */
type ReportEvent = Extract<CoordinationTrainEvent, { type: 'step' | 'evaluation' }>;

/** Loss, calibration and scores of the model as it is. Without held-out sources the validation split takes their place. */
async function judge(
  model: CoordinationModel,
  data: PreparedData,
  { calibrateOnValidation }: Pick<ResolvedCoordinationTrainOptions, 'calibrateOnValidation'>,
): Promise<{ loss: number; calibration: Calibration; scores: PlanScores }> {
  const heldOut = (await planExamples(model, data.heldOut)).plans;
  const validation = (await planExamples(model, data.validation)).plans;
  const [heldOutTargets, targets] = [targetsOf(data.heldOut), targetsOf(data.validation)];
  const takesBoth = calibrateOnValidation || heldOut.length === 0;
  const calibration = takesBoth
    ? fitCalibration([...heldOut, ...validation], [...heldOutTargets, ...targets])
    : fitCalibration(heldOut, heldOutTargets);
  const loss = calibratedLoss(
    ...(heldOut.length > 0 ? ([heldOut, heldOutTargets] as const) : ([validation, targets] as const)),
    calibration,
  );
  return { loss, calibration, scores: scorePlans(targets, predictionsOf(validation, calibration)) };
}

/** Who decides which output, with the calibration and the scores that follow. */
async function settle(
  model: CoordinationModel,
  data: PreparedData,
  { calibrateOnValidation }: Pick<ResolvedCoordinationTrainOptions, 'calibrateOnValidation'>,
  linear: Calibration,
): Promise<{ calibration: Calibration; scores: PlanScores }> {
  const plansOf = async (set: ExampleSet) => ({
    heads: (await planExamples(model, set)).plans,
    linear: linearPlans(set),
    targets: targetsOf(set),
    sources: set.sources,
  });
  const [heldOut, validation] = [await plansOf(data.heldOut), await plansOf(data.validation)];
  const takesBoth = calibrateOnValidation || heldOut.heads.length === 0;
  const judged = takesBoth ? joinPlans(heldOut, validation) : heldOut;
  const calibration = chooseOutputs(judged, linear);
  const plans = validation.heads.map((plan, row) => mixPlan(plan, validation.linear[row] as Float32Array, calibration));
  return { calibration, scores: scorePlans(validation.targets, predictionsOf(plans, calibration)) };
}

function joinPlans(first: RivalPlans, second: RivalPlans): RivalPlans {
  return {
    heads: [...first.heads, ...second.heads],
    linear: [...first.linear, ...second.linear],
    targets: [...first.targets, ...second.targets],
    sources: [...first.sources, ...second.sources],
  };
}

/** The linear path's own calibration and scores. It is fitted on all rows, each scored by a path that has not seen its source. */
function linearLevel(
  data: PreparedData,
  { calibrateOnValidation }: ResolvedCoordinationTrainOptions,
): { loss: number; calibration: Calibration; scores: PlanScores } {
  const sets = calibrateOnValidation || data.own.count === 0 ? [data.own, data.validation] : [data.own];
  const calibration = {
    ...fitCalibration(sets.flatMap(linearPlans), sets.flatMap(targetsOf)),
    byHeads: new Array<boolean>(planOutputs.count).fill(false),
  };
  const predictions = predictionsOf(linearPlans(data.validation), calibration);
  const judged = data.heldOut.count > 0 ? data.heldOut : data.validation;
  const loss = calibratedLoss(linearPlans(judged), targetsOf(judged), calibration);
  return { loss, calibration, scores: scorePlans(targetsOf(data.validation), predictions) };
}

/** Loss of calibrated plans: class weights move logits in a way that calibration undoes. */
function calibratedLoss(
  plans: readonly Float32Array[],
  targets: readonly Float32Array[],
  calibration: Calibration,
): number {
  return meanPlanLoss(
    plans.map((plan) => calibrateLogits(plan, calibration)),
    targets,
  );
}

async function hostTensors(
  tensors: ReadonlyMap<string, Parameters<typeof toHost>[0]>,
): Promise<Map<string, HostTensor>> {
  const found = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) found.set(name, await toHost(tensor, false));
  return found;
}

/** Fingerprint of everything that a continuation must share with its beginning. */
function describeRun(options: ResolvedCoordinationTrainOptions, { train }: PreparedData): string {
  const { seed, epochs, batchSize, learningRate, weightDecay, wordDropout, config, encoder } = options;
  const numbers = { seed, epochs, batchSize, learningRate, weightDecay, wordDropout, config, encoder };
  const bytes = new Uint8Array(train.tokens.buffer);
  return sha256(new TextEncoder().encode(JSON.stringify({ numbers, count: train.count, tokens: sha256(bytes) })));
}

function calibrationNote({ calibrateOnValidation }: ResolvedCoordinationTrainOptions): string {
  return calibrateOnValidation
    ? 'thresholds were fitted on held-out sources and the validation split, on which the scores below were measured'
    : 'thresholds were fitted on held-out training sources; the validation split took no part in training';
}
