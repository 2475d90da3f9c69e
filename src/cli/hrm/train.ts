import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type BackendName,
  createModel,
  describeTrainEvent,
  evaluate,
  type HrmConfig,
  type HrmModel,
  openQuantised,
  quantise,
  renderCurves,
  saveModel,
  type TrainEvent,
  train,
  useBackend,
  type WeightBits,
} from '../../hrm/index.ts';
import { appendEvent, readEvents } from '../../hrm/training/event-log.ts';
import { usageError } from '../failure.ts';
import { type Flags, positiveNumber, wholeNumber } from './arguments.ts';
import { renderCard } from './model-card.ts';
import { scorePuzzles } from './score-puzzles.ts';
import { type TrainingData, trainingData } from './training-data.ts';

const help = `Usage: hrm-rex train TASK --out FOLDER [OPTIONS]

Trains a model and writes it, its card and its curves. The same command again goes on from the last checkpoint.
TASK is sudoku, maze, or a folder with the splits train and test in the format of the original; for coordination see
hrm-rex train coordination --help.

Options:
  --out FOLDER            Where everything goes: model.safetensors, manifest.json, README.md, curves.html, run/
  --steps N               Optimiser steps (default 1200)
  --batch N               Puzzles in a batch (default 32)
  --size N                Side of the Sudoku (4, 6, 9; default 4) or maze (default 9)
  --clues N-M             Fewest and most clues of a Sudoku (default 7-13, 20-28, 40-60)
  --train-count N         Puzzles to learn from (default 4000)
  --test-count N          Unseen puzzles to score (default 400)
  --hidden N --heads N    Width and attention heads (default 128, 4)
  --layers N              Blocks of each of the two modules (default 2)
  --expansion X           Width of the feed-forward layers as a multiple of the width (default 4)
  --cycles H,L            Updates of H in a step, and of L before each of them (default 2,2)
  --gradient-depth N      Updates of L that carry a gradient (default 1)
  --shared                One module plays both roles
  --halt-only             A Q head that halts by its own value, without a second pass
  --max-steps N           Most steps that a puzzle takes (default 8)
  --learning-rate X       Default 0.001
  --warmup N              Steps of warm-up (default 100)
  --average X             Decay of a moving average of the parameters, which is scored and saved (default none)
  --fill-halted           Draw puzzles for halted rows only, so that none is lost
  --evaluate-every N      Steps between scores on unseen puzzles, and between checkpoints (default 150)
  --bits 8|4              Save packed weights, if they keep 95 % of the score (default full precision)
  --seed N                Decides data, parameters and order (default 0)
  --backend NAME          auto, node-gpu, node, webgpu, wasm or cpu (default auto)
  -h, --help              Print this help
`;

const text = { type: 'string' } as const;
const flags = {
  out: text,
  steps: text,
  batch: text,
  size: text,
  clues: text,
  'train-count': text,
  'test-count': text,
  hidden: text,
  heads: text,
  layers: text,
  expansion: text,
  cycles: text,
  'gradient-depth': text,
  shared: { type: 'boolean' },
  'halt-only': { type: 'boolean' },
  'max-steps': text,
  'learning-rate': text,
  warmup: text,
  average: text,
  'fill-halted': { type: 'boolean' },
  'evaluate-every': text,
  bits: text,
  seed: text,
  backend: text,
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex train`: from puzzles to a saved model. SIGINT ends it with a checkpoint. */
export async function trainCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [task, ...others] = positionals;
  if (task === undefined || others.length > 0) throw usageError('train takes one task; see hrm-rex train --help');
  const { out } = values;
  if (out === undefined) throw usageError('--out FOLDER is needed');
  const bits = values.bits === undefined ? undefined : wholeNumber(values, 'bits', 8);
  if (bits !== undefined && bits !== 8 && bits !== 4) throw usageError('--bits takes 8 or 4');
  const data = await trainingData(task, values);
  const { name, device } = await useBackend((values.backend ?? 'auto') as BackendName | 'auto');
  print(`${data.description}; ${name} (${device})`);
  using model = makeModel(data, values);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  try {
    const events = await follow(model, data, values, out, stop.signal);
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'curves.html'), renderCurves(events, data.description));
    if (events.at(-1)?.type === 'finished' && stop.signal.aborted) return 130;
    await save(model, out, { data, bits, command: `hrm-rex train ${args.join(' ')}`, backend: name });
    print(`saved in ${out}`);
    return 0;
  } finally {
    process.off('SIGINT', onSignal);
  }
}

function makeModel({ train: { info } }: TrainingData, values: Flags): HrmModel {
  const layers = wholeNumber(values, 'layers', 2);
  return createModel(
    {
      sequenceLength: info.sequenceLength,
      vocabularySize: info.vocabularySize,
      puzzleIdentifierCount: info.puzzleIdentifierCount,
      hiddenSize: wholeNumber(values, 'hidden', 128),
      headCount: wholeNumber(values, 'heads', 4),
      highLayers: layers,
      lowLayers: layers,
      maxSteps: wholeNumber(values, 'max-steps', 8),
      expansion: positiveNumber(values, 'expansion', 4),
      ...cycles(String(values.cycles ?? '2,2')),
      gradientDepth: wholeNumber(values, 'gradient-depth', 1),
      sharedModule: values.shared === true,
      qHead: values['halt-only'] ? 'halt-only' : 'halt-continue',
    },
    { seed: wholeNumber(values, 'seed', 0, 0) },
  );
}

function cycles(pair: string): Pick<HrmConfig, 'highCycles' | 'lowCycles'> {
  const [, high, low] = /^(\d+),(\d+)$/.exec(pair) ?? [];
  if (high === undefined) throw usageError(`--cycles takes two numbers such as 2,2, not ${JSON.stringify(pair)}`);
  return { highCycles: Number(high), lowCycles: Number(low) };
}

async function follow(
  model: HrmModel,
  data: TrainingData,
  values: Flags,
  out: string,
  signal: AbortSignal,
): Promise<TrainEvent[]> {
  const totalSteps = wholeNumber(values, 'steps', 1_200);
  const rate = positiveNumber(values, 'learning-rate', 1e-3);
  const every = Math.min(totalSteps, wholeNumber(values, 'evaluate-every', 150));
  const log = join(out, 'events.jsonl');
  const events: TrainEvent[] = [];
  const options = {
    totalSteps,
    batchSize: wholeNumber(values, 'batch', 32),
    learningRate: rate,
    puzzleLearningRate: rate,
    warmupSteps: Math.min(totalSteps, wholeNumber(values, 'warmup', 100, 0)),
    seed: wholeNumber(values, 'seed', 0, 0),
    fillHaltedOnly: values['fill-halted'] === true,
    ...(values.average !== undefined && { averageDecay: positiveNumber(values, 'average', 1) }),
    testSet: data.test,
    evaluateEvery: every,
    checkpointFolder: join(out, 'run'),
    checkpointEvery: every,
    reportEvery: Math.max(1, Math.floor(every / 10)),
    signal,
  };
  for await (const event of train(model, data.train, options)) {
    if (event.type === 'started') events.push(...(await readEvents<TrainEvent>(log, event.step)));
    events.push(event);
    if (event.type === 'step' || event.type === 'evaluation') await appendEvent(log, event);
    const line = describeTrainEvent(event, totalSteps);
    if (line !== undefined) print(line);
  }
  return events;
}

interface Origin {
  readonly data: TrainingData;
  readonly bits: WeightBits | undefined;
  readonly command: string;
  readonly backend: string;
}

/** Writes the model, packed where that was asked for, with scores of what is written. */
async function save(model: HrmModel, out: string, { data, bits, command, backend }: Origin): Promise<void> {
  const packed = bits && (await quantise(model, { bits, testSet: data.test }));
  using unpacked = packed && openQuantised(packed.quantised);
  const saved = unpacked ?? model;
  const score = await evaluate(saved, data.test);
  const scores = await scorePuzzles(saved, data.test, data.groupOf);
  const { exactAccuracy, accuracy, count: testCount } = score;
  await saveModel(packed?.quantised ?? model, out, {
    ...(data.vocabulary && { vocabulary: data.vocabulary }),
    metrics: { exactAccuracy, accuracy, testCount },
    notes: { data: data.description, command, backend },
  });
  const { config, parameterCount } = model;
  const card = renderCard({ config, parameterCount, data, command, backend, score, scores, packed });
  await writeFile(join(out, 'README.md'), card);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
