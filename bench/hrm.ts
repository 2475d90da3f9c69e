// Speed and memory of the 27M configuration, 82 tokens, against PyTorch: in the same run where python3 has torch (Debian's
// python3-torch), else against seconds recorded on two cores of another machine.
// Usage: npm run bench -- hrm [--backend NAME] [--threads N] [--batch 1,8] [--only step,train,train-once] [--recompute]
// [--onnx] [--json FILE]; train-once is a training step without the second pass that gives the continue head its target.
import { spawnSync } from 'node:child_process';
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

type Kind = 'step' | 'train' | 'train-once';

const RECORDED_SECONDS: Readonly<Record<Kind, Readonly<Record<number, number>>>> = {
  step: { 1: 0.134, 8: 0.8, 32: 2.87 },
  train: { 1: 0.517, 8: 2.378, 32: 8.78 },
  'train-once': { 1: 0.31, 8: 1.34, 32: 5.39 },
};
const MOST_RATIO: Readonly<Record<string, Readonly<Record<string, Readonly<Record<number, number>>>>>> = {
  node: { step: { 1: 1.4, 8: 1.15, 32: 1.1 }, 'train-once': { 1: 1.6, 8: 1.25, 32: 1.25 } },
  wasm: { step: { 1: 4.5, 8: 6 }, 'train-once': { 8: 6 } },
};
const NAMES = { step: 'ACT step', train: 'training step', 'train-once': 'training step without second pass' };
/** Rounds that are timed, after a tenth as many that are not; the median counts. */
const rounds = (batchSize: number): number => (batchSize === 1 ? 20 : 5);

const threads = Number(option('threads', '1'));
const backendName = option('backend', 'auto') as BackendName | 'auto';
const recompute = process.argv.includes('--recompute');
const batchSizes = option('batch', '1').split(',').map(Number);
const kinds = option('only', 'step,train,train-once').split(',') as Kind[];
// The reference runs before anything of this process is in its way.
const references = new Map(
  batchSizes.flatMap((size) => kinds.map((kind) => [`${kind} ${size}`, referenceOf(kind, size)] as const)),
);
const backend = await useBackend(backendName, backendName === 'wasm' ? { threads } : {});
const size27M = { sequenceLength: 81, vocabularySize: 11, hiddenSize: 512, headCount: 8 };
using model = createModel(size27M);
const rows: Row[] = [];
for (const size of batchSizes) {
  for (const kind of kinds) {
    using onePass = kind === 'train-once' ? createModel({ ...size27M, qHead: 'halt-only' }) : undefined;
    const cpuBefore = process.cpuUsage();
    const found = await times(rounds(size), oneStep(onePass ?? model, randomBatch(size), kind));
    const cpu = process.cpuUsage(cpuBefore);
    const seconds = median(found) / 1000;
    const ratio = MOST_RATIO[backend.name]?.[kind]?.[size];
    rows.push({
      what: `${NAMES[kind]}, batch ${size}, ${backend.name}`,
      value: seconds,
      unit: 's',
      ...references.get(`${kind} ${size}`),
      ...(ratio !== undefined && { target: { ratio } }),
    });
    if (size === 1 && kind === 'step') {
      const most = backend.name === 'wasm' ? { target: { most: 9 } } : {};
      rows.push({ what: `16-step solve, ${backend.name}`, value: 16 * seconds, unit: 's', ...most });
    }
    // On a busy machine this says more than the wall clock: what idle cores would take at least.
    const cpuSeconds = (cpu.user + cpu.system) / 1e6 / (found.length + 1);
    const cores = backend.name === 'cpu' || (backend.name === 'wasm' && threads === 1) ? 1 : 2;
    rows.push({ what: `  its CPU seconds / ${cores}`, value: cpuSeconds / cores, unit: 's' });
  }
}
if (process.argv.includes('--onnx')) rows.push(...(await compiledRows()));
rows.push({ what: 'most resident memory', value: process.resourceUsage().maxRSS / 1e6, unit: 'GB' });
const packed = writeQuantised(await packModel(model, 4));
rows.push({ what: '4-bit weights on disk', value: packed.byteLength / 1e6, unit: 'MB', target: { most: 16 } });
report(`HRM 27M on ${backend.name} (${backend.device}${recompute ? ', recompute' : ''})`, rows);

/** The compiled engine: one step, and a whole solve of 16. */
async function compiledRows(): Promise<Row[]> {
  await using compiled = await compile(model, { engine: 'onnx', threads: 2 });
  const { inputs } = randomBatch(1);
  let state = compiled.start(1);
  const step = async (): Promise<void> => {
    ({ state } = await compiled.step(state, inputs));
  };
  const seconds = median(await times(8, step)) / 1000;
  return [
    { what: 'ACT step, batch 1, ONNX', value: seconds, unit: 's', ...referenceOf('step', 1), target: { ratio: 0.75 } },
    { what: '16-step solve, ONNX', value: 16 * seconds, unit: 's', target: { most: 1.5 } },
  ];
}

/** Seconds of PyTorch, measured now where it is installed. */
function referenceOf(kind: Kind, size: number): Pick<Row, 'reference' | 'against'> {
  const program = ['bench/reference/hrm.py', String(size), kind, String(rounds(size)), '2'];
  for (const python of ['python3', '/usr/bin/python3']) {
    // Threads that wait by turning in a circle take the cores from those that work.
    const env = { ...process.env, OMP_WAIT_POLICY: 'passive' };
    const { status, stdout } = spawnSync(python, program, { encoding: 'utf8', env });
    if (status !== 0) continue;
    const { seconds, version } = JSON.parse(stdout) as { seconds: number; version: string };
    return { reference: seconds, against: `PyTorch ${version}` };
  }
  const recorded = RECORDED_SECONDS[kind][size];
  return recorded === undefined ? {} : { reference: recorded, against: 'PyTorch, recorded' };
}

function oneStep(model: HrmModel, batch: Batch, kind: Kind): () => Promise<void> {
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
