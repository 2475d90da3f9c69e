import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type BackendName,
  createModel,
  describeTrainEvent,
  type Evaluation,
  type HrmModel,
  renderCurves,
  saveModel,
  type TrainEvent,
  train,
  useBackend,
} from '../../hrm/index.ts';
import { usageError } from '../failure.ts';
import { type Flags, positiveNumber, wholeNumber } from './arguments.ts';
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
  --max-steps N           Most steps that a puzzle takes (default 8)
  --learning-rate X       Default 0.001
  --warmup N              Steps of warm-up (default 100)
  --evaluate-every N      Steps between scores on unseen puzzles, and between checkpoints (default 150)
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
  'max-steps': text,
  'learning-rate': text,
  warmup: text,
  'evaluate-every': text,
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
    const score = events.findLast((event) => event.type === 'evaluation')?.evaluation;
    await save(model, out, { data, score, command: args, backend: name });
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
    },
    { seed: wholeNumber(values, 'seed', 0, 0) },
  );
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
  const events: TrainEvent[] = [];
  const options = {
    totalSteps,
    batchSize: wholeNumber(values, 'batch', 32),
    learningRate: rate,
    puzzleLearningRate: rate,
    warmupSteps: Math.min(totalSteps, wholeNumber(values, 'warmup', 100, 0)),
    seed: wholeNumber(values, 'seed', 0, 0),
    testSet: data.test,
    evaluateEvery: every,
    checkpointFolder: join(out, 'run'),
    checkpointEvery: every,
    reportEvery: Math.max(1, Math.floor(every / 10)),
    signal,
  };
  for await (const event of train(model, data.train, options)) {
    events.push(event);
    const line = describeTrainEvent(event, totalSteps);
    if (line !== undefined) print(line);
  }
  return events;
}

interface Origin {
  readonly data: TrainingData;
  readonly score: Evaluation | undefined;
  readonly command: readonly string[];
  readonly backend: string;
}

async function save(model: HrmModel, out: string, { data, score, command, backend }: Origin): Promise<void> {
  const metrics = score ? { exactAccuracy: score.exactAccuracy, accuracy: score.accuracy, testCount: score.count } : {};
  const notes = { data: data.description, command: `hrm-rex train ${command.join(' ')}`, backend };
  await saveModel(model, out, { metrics, notes });
  await writeFile(join(out, 'README.md'), card(model, data, score, notes.command));
}

/** What a reader has to know before trusting the model. */
function card({ config }: HrmModel, data: TrainingData, score: Evaluation | undefined, command: string): string {
  const scored = score
    ? `On ${score.count} puzzles that it never saw, ${percent(score.exactAccuracy)} are right in every cell (${percent(score.accuracy)} of the cells).`
    : 'It was not scored.';
  const size = `width ${config.hiddenSize}, ${config.headCount} heads, ${config.highLayers} + ${config.lowLayers} blocks, at most ${config.maxSteps} steps`;
  return `# Model card

An HRM for ${data.description}: ${size}.

${scored} ${data.unseen}

Made by \`${command}\`; curves in curves.html.
`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
