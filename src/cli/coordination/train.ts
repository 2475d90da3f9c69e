import { parseArgs } from 'node:util';
import { readDependencyRows, readTaskRows } from '../../coordination/data/read-rows.ts';
import type { CoordinationConfigInput } from '../../coordination/model/coordination-config.ts';
import { fullConfiguration } from '../../coordination/model/coordination-config.ts';
import { openSentenceEncoder } from '../../coordination/sentence/universal-sentence-encoder.ts';
import { recoveryRows } from '../../coordination/synthesis/recovery-rows.ts';
import { trainCoordination } from '../../coordination/training/train-coordination.ts';
import { describeCoordinationEvent } from '../../coordination/training/train-events.ts';
import { type BackendName, useBackend } from '../../hrm/index.ts';
import { usageError } from '../failure.ts';
import { type Flags, positiveNumber, wholeNumber } from '../hrm/arguments.ts';

const help = `Usage: hrm-rex train coordination --data FILE --out FOLDER [OPTIONS]

Trains coordination heads: which agents a task needs, in what order, with which effort. Writes weights, model card and
curves. With --resume the same command goes on from the last checkpoint.

Options:
  --data FILE             Tasks, one JSON object a line (.jsonl or .jsonl.gz); rows with "split": "val" are only scored
  --dependencies FILE     Task graphs for the order of subtasks, in the same form
  --out FOLDER            Where everything goes: model.safetensors, manifest.json, README.md, curves.html, run/
  --resume                Go on from the folder's checkpoint
  --seed N                Decides folds, parameters and order (default 0)
  --epochs N              Passes over the rows (default 4)
  --batch N               Rows of a batch (default 64)
  --learning-rate X       Default 0.0005
  --hidden N --heads N    Width and attention heads of the core (default 128, 4)
  --layers N              Blocks of each of the two modules (default 1)
  --max-steps N           Most planning steps (default 3)
  --full                  The full configuration: width 512, 4 + 4 blocks, 27 million parameters
  --recovery-rows N       Synthesised observations for the executor's policy (default 4000)
  --calibrate-on-validation  Fit thresholds on the validation rows too; their scores are then no longer unseen
  --ablate PART           Train without a part, to see what it brings: recurrence, steps, context or agent-tokens
  --sentence-encoder      Read a pretrained sentence encoder too (optional packages); the weights then always need it
  --bits N                4 or 8 bits a stored weight (default 8)
  --evaluate-every N      Steps between scores and checkpoints (default: once each pass)
  --backend NAME          auto, node-gpu, node, webgpu, wasm or cpu (default auto)
  -h, --help              Print this help
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const flags = {
  data: text,
  dependencies: text,
  out: text,
  resume: flag,
  seed: text,
  epochs: text,
  batch: text,
  'learning-rate': text,
  hidden: text,
  heads: text,
  layers: text,
  'max-steps': text,
  full: flag,
  'recovery-rows': text,
  'calibrate-on-validation': flag,
  ablate: text,
  'sentence-encoder': flag,
  bits: text,
  'evaluate-every': text,
  backend: text,
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex train coordination`: from labelled tasks to weights. SIGINT ends it with a checkpoint. */
export async function trainCoordinationCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { data, out, dependencies } = values;
  if (data === undefined || out === undefined) throw usageError('--data FILE and --out FOLDER are needed');
  const bits = wholeNumber(values, 'bits', 8);
  if (bits !== 4 && bits !== 8) throw usageError('--bits takes 4 or 8');
  const ablation = ablationOf(values.ablate);
  const read = await readTaskRows(data);
  const rows = values.ablate === 'context' ? read.map(({ context: _, ...row }) => row) : read;
  const graphs = dependencies === undefined ? [] : await readDependencyRows(dependencies);
  const { name, device } = await useBackend((values.backend ?? 'auto') as BackendName | 'auto');
  print(`${rows.length} tasks, ${graphs.length} task graphs; ${name} (${device})`);
  const sentence = values['sentence-encoder'] === true ? await openSentenceEncoder() : undefined;
  const seed = wholeNumber(values, 'seed', 0, 0);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  try {
    const events = trainCoordination({
      rows,
      dependencies: graphs,
      recovery: recoveryRows(seed, wholeNumber(values, 'recovery-rows', 4_000, 0)),
      folder: out,
      resume: values.resume === true,
      seed,
      epochs: wholeNumber(values, 'epochs', 4),
      batchSize: wholeNumber(values, 'batch', 64),
      learningRate: positiveNumber(values, 'learning-rate', 5e-4),
      calibrateOnValidation: values['calibrate-on-validation'] === true,
      config: { ...ablation, core: { ...configOf(values), ...ablation.core } },
      bits,
      ...(sentence && { sentence }),
      ...(values['evaluate-every'] !== undefined && { evaluateEvery: wholeNumber(values, 'evaluate-every', 1) }),
      notes: { command: `hrm-rex train coordination ${args.join(' ')}`, backend: `${name} (${device})` },
      signal: stop.signal,
    });
    for await (const event of events) {
      const line = describeCoordinationEvent(event);
      if (line !== undefined) print(line);
    }
    if (stop.signal.aborted) return 130;
    print(`saved in ${out}`);
    return 0;
  } finally {
    process.off('SIGINT', onSignal);
    sentence?.[Symbol.dispose]();
  }
}

/** Configurations that lack a part. */
const ablations: Readonly<Record<string, CoordinationConfigInput>> = {
  recurrence: { core: { highCycles: 1, lowCycles: 1, maxSteps: 1 } },
  steps: { core: { maxSteps: 1 } },
  context: {},
  'agent-tokens': { readout: 'decision' },
};

function ablationOf(part: string | undefined): CoordinationConfigInput {
  if (part === undefined) return {};
  if (Object.hasOwn(ablations, part)) return ablations[part] as CoordinationConfigInput;
  throw usageError(`--ablate takes ${Object.keys(ablations).join(', ')}, not ${JSON.stringify(part)}`);
}

function configOf(values: Flags): NonNullable<CoordinationConfigInput['core']> {
  const base = values.full === true ? fullConfiguration.core : {};
  const given = (name: string, field: string): Record<string, number> =>
    values[name] === undefined ? {} : { [field]: wholeNumber(values, name, 1) };
  return {
    ...base,
    ...given('hidden', 'hiddenSize'),
    ...given('heads', 'headCount'),
    ...given('layers', 'highLayers'),
    ...given('layers', 'lowLayers'),
    ...given('max-steps', 'maxSteps'),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
