// Speed and memory of the 27M configuration, 82 tokens, against PyTorch on two cores of another machine (seconds below).
// Usage: npm run bench -- hrm [--backend NAME] [--batch 1,8] [--only step|train] [--recompute] [--onnx] [--json FILE]
import {
  type BackendName,
  type Batch,
  type Carry,
  compile,
  computeGradients,
  createModel,
  disposeCarry,
  type HrmModel,
  initialCarry,
  Optimiser,
  packModel,
  Random,
  type StepResult,
  stepModel,
  useBackend,
  writeQuantised,
} from 'hrm-rex/hrm';
import { median, type Row, report, times } from './measure.ts';

const PYTORCH_SECONDS = { step: { 1: 0.134, 8: 0.8, 32: 2.87 }, train: { 1: 0.31, 8: 1.34, 32: 5.39 } } as const;
const MOST_RATIO = {
  node: { step: { 1: 1.4, 8: 1.15, 32: 1.1 }, train: { 1: 1.6, 8: 1.25, 32: 1.25 } },
  wasm: { step: { 1: 4.5, 8: 6 }, train: { 8: 6 } },
} as const;

const backend = await useBackend(option('backend', 'auto') as BackendName | 'auto');
const recompute = process.argv.includes('--recompute');
const batchSizes = option('batch', '1').split(',').map(Number) as (1 | 8 | 32)[];
const kinds = option('only', 'step,train').split(',') as ('step' | 'train')[];
using model = createModel({ sequenceLength: 81, vocabularySize: 11, hiddenSize: 512, headCount: 8 });
const rows: Row[] = [];
for (const size of batchSizes) {
  for (const kind of kinds) {
    const cpuBefore = process.cpuUsage();
    const found = await times(3, oneStep(model, randomBatch(size), kind));
    const cpu = process.cpuUsage(cpuBefore);
    const seconds = median(found) / 1000;
    const targets = MOST_RATIO[backend.name as 'node' | 'wasm']?.[kind] as Record<number, number> | undefined;
    rows.push({
      what: `${kind === 'step' ? 'ACT step' : 'training step'}, batch ${size}, ${backend.name}`,
      value: seconds,
      unit: 's',
      reference: PYTORCH_SECONDS[kind][size],
      against: 'PyTorch, recorded',
      ...(targets?.[size] !== undefined && { target: { ratio: targets[size] } }),
    });
    if (size === 1 && kind === 'step') {
      const most = backend.name === 'wasm' ? { target: { most: 9 } } : {};
      const solve = { value: 16 * seconds, unit: 's', reference: 2.3, against: 'PyTorch, recorded' };
      rows.push({ what: `16-step solve, ${backend.name}`, ...solve, ...most });
    }
    // On a busy machine this says more than the wall clock: what two idle cores would take at least.
    const cpuSeconds = (cpu.user + cpu.system) / 1e6 / (found.length + 1);
    const threads = backend.name === 'wasm' || backend.name === 'cpu' ? 1 : 2;
    rows.push({ what: `  its CPU seconds / ${threads}`, value: cpuSeconds / threads, unit: 's' });
  }
}
if (process.argv.includes('--onnx')) rows.push(...(await compiledRows()));
rows.push({ what: 'most resident memory', value: process.resourceUsage().maxRSS / 1e6, unit: 'GB' });
const packed = writeQuantised(await packModel(model, 4));
rows.push({ what: '4-bit weights on disk', value: packed.byteLength / 1e6, unit: 'MB', target: { most: 16 } });
report(`HRM 27M on ${backend.name} (${backend.device})`, rows);

/** The compiled engine: one step, and a whole solve of 16. */
async function compiledRows(): Promise<Row[]> {
  await using compiled = await compile(model, { engine: 'onnx', threads: 2 });
  const { inputs } = randomBatch(1);
  let state = compiled.start(1);
  const step = async (): Promise<void> => {
    ({ state } = await compiled.step(state, inputs));
  };
  const seconds = median(await times(8, step)) / 1000;
  const against = 'PyTorch, recorded';
  return [
    { what: 'ACT step, batch 1, ONNX', value: seconds, unit: 's', reference: 0.134, against, target: { ratio: 0.75 } },
    { what: '16-step solve, ONNX', value: 16 * seconds, unit: 's', reference: 2.3, against, target: { most: 1.5 } },
  ];
}

function oneStep(model: HrmModel, batch: Batch, kind: 'step' | 'train'): () => Promise<void> {
  let carry: Carry = initialCarry(model, batch.size);
  const optimiser = new Optimiser(model);
  return async () => {
    if (kind === 'step') {
      carry = take(carry, await stepModel(model, carry, batch));
      return;
    }
    const result = await computeGradients(model, carry, batch, { recompute });
    carry = take(carry, result);
    await optimiser.step(result.gradients);
    result.gradients[Symbol.dispose]();
  };
}

function take(before: Carry, { carry, logits }: StepResult): Carry {
  disposeCarry(before);
  logits.dispose();
  return carry;
}

function randomBatch(size: number): Batch {
  const random = new Random(0);
  const tokens = (): Int32Array => Int32Array.from({ length: size * 81 }, () => random.integer(1, 10));
  return { size, inputs: tokens(), labels: tokens(), puzzleIdentifiers: new Int32Array(size) };
}

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return (at === -1 ? undefined : process.argv[at + 1]) ?? fallback;
}
