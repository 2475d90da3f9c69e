import { invalidArgument } from '../../core/errors.ts';
import { type Batch, checkBatch, IGNORED } from '../act/batch.ts';
import type { HrmConfig } from '../config.ts';
import { HrmModel } from '../model/hrm-model.ts';
import type { CompiledModel } from '../onnx/compile.ts';
import { Random } from '../random.ts';
import { type Attempt, type AttemptStart, type AttemptStep, compiledAttempt, modelAttempt } from './attempt.ts';

/** What the model holds for right after one step. */
export interface SolveStep {
  /** Counted from 1. */
  readonly step: number;
  /** Likeliest token of each cell. */
  readonly tokens: Int32Array;
  /** Probability, by the model's own judgement, that the answer is right: σ(q_halt). */
  readonly confidence: number;
  /** Cells that changed since the step before (at the first step: that differ from the puzzle). */
  readonly changedCells: readonly number[];
}

/** An answer to a puzzle. */
export interface Solution extends SolveStep {
  /** Every step in order; the last one is the answer. */
  readonly trace: readonly SolveStep[];
}

/** Options of {@link solve} and {@link solveAll}. */
export interface SolveOptions {
  /** Rows of the puzzle table; default 0 for each puzzle. */
  readonly puzzleIdentifiers?: readonly number[];
  /** Most steps; default: the model's `maxSteps`. More than in training often helps. */
  readonly maxSteps?: number;
  /** `fixed` takes all steps, as the original's evaluation; `q` stops a puzzle when its Q head would halt. Default `fixed`. */
  readonly halting?: 'fixed' | 'q';
  /** Tries of each puzzle, each from a disturbed start but the first; default 1. */
  readonly rollouts?: number;
  /** Standard deviation of the disturbance; default 0.2. */
  readonly noise?: number;
  /** Default 0; seeds the disturbance. */
  readonly seed?: number;
  /** Accepts right answers: the first accepted try wins. Without it, the most confident one does. */
  readonly verify?: (tokens: Int32Array, puzzle: number) => boolean;
  /** Called after every step of every try. */
  readonly onStep?: (step: SolveStep, puzzle: number, rollout: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Solves one puzzle given as tokens [S], on the backend in use or by a compiled model.
 * Throws `INVALID_ARGUMENT` for tokens that do not fit the model.
 */
export async function solve(
  model: HrmModel | CompiledModel,
  puzzle: ArrayLike<number>,
  options: SolveOptions = {},
): Promise<Solution> {
  const [solution] = await solveAll(model, [puzzle], options);
  return solution as Solution;
}

/** Solves puzzles together. Those that halt early leave the batch, so that the others run faster. */
export async function solveAll(
  model: HrmModel | CompiledModel,
  puzzles: readonly ArrayLike<number>[],
  options: SolveOptions = {},
): Promise<Solution[]> {
  const rollouts = options.rollouts ?? 1;
  if (puzzles.length === 0) throw invalidArgument('puzzles', 'at least one puzzle', puzzles);
  for (const [name, value] of Object.entries({ rollouts, maxSteps: options.maxSteps ?? 1 })) {
    if (!Number.isInteger(value) || value < 1) throw invalidArgument(name, 'a positive integer', value);
  }
  const random = new Random(options.seed ?? 0);
  const best: (Solution | undefined)[] = puzzles.map(() => undefined);
  let open = puzzles.map((_, puzzle) => puzzle);
  for (let rollout = 0; rollout < rollouts && open.length > 0; rollout++) {
    const batch = toBatch(
      model.config,
      open.map((puzzle) => puzzles[puzzle] as ArrayLike<number>),
      open,
      options,
    );
    const traces = await runRollout(model, batch, open, rollout, random, options);
    open = open.filter((puzzle, row) => {
      const trace = traces[row] as SolveStep[];
      const solution = { ...(trace.at(-1) as SolveStep), trace };
      const isVerified = options.verify?.(solution.tokens, puzzle) ?? false;
      if (isVerified || !best[puzzle] || solution.confidence > best[puzzle].confidence) best[puzzle] = solution;
      return !isVerified;
    });
  }
  return best as Solution[];
}

/** One try of every puzzle of a batch: the steps of each row. */
async function runRollout(
  engine: HrmModel | CompiledModel,
  batch: Batch,
  puzzles: readonly number[],
  rollout: number,
  random: Random,
  options: SolveOptions,
): Promise<SolveStep[][]> {
  const { onStep, signal, halting = 'fixed', maxSteps = engine.config.maxSteps } = options;
  const traces: SolveStep[][] = puzzles.map(() => []);
  let rows = puzzles.map((_, row) => row);
  using attempt = begin(engine, batch, { noise: rollout === 0 ? 0 : (options.noise ?? 0.2), random });
  for (let step = 1; step <= maxSteps && rows.length > 0; step++) {
    signal?.throwIfAborted();
    const shown = await attempt.step();
    rows.forEach((row, index) => {
      const trace = traces[row] as SolveStep[];
      const described = describeStep(step, shown, index, trace.at(-1)?.tokens ?? tokensOf(batch, row));
      trace.push(described);
      onStep?.(described, puzzles[row] as number, rollout);
    });
    if (halting === 'fixed') continue;
    const going = [...rows.keys()].filter((index) => !wouldHalt(engine.config, shown, index));
    if (going.length === rows.length) continue;
    rows = going.map((index) => rows[index] as number);
    if (rows.length > 0) attempt.keep(going);
  }
  return traces;
}

function begin(engine: HrmModel | CompiledModel, batch: Batch, start: AttemptStart): Attempt {
  return engine instanceof HrmModel ? modelAttempt(engine, batch, start) : compiledAttempt(engine, batch, start);
}

/** Whether the Q head of a row would end its thinking. */
function wouldHalt({ qHead }: HrmConfig, { qHaltLogits, qContinueLogits }: AttemptStep, row: number): boolean {
  return (qHaltLogits[row] as number) > (qHead === 'halt-only' ? 0 : (qContinueLogits[row] as number));
}

function tokensOf({ inputs, size }: Batch, row: number): Int32Array {
  const length = inputs.length / size;
  return inputs.subarray(row * length, (row + 1) * length);
}

function describeStep(
  step: number,
  { predictions, qHaltLogits }: AttemptStep,
  row: number,
  previous: Int32Array,
): SolveStep {
  const tokens = predictions.slice(row * previous.length, (row + 1) * previous.length);
  return {
    step,
    tokens,
    confidence: 1 / (1 + Math.exp(-(qHaltLogits[row] as number))),
    changedCells: [...tokens.keys()].filter((cell) => tokens[cell] !== previous[cell]),
  };
}

function toBatch(
  config: HrmConfig,
  puzzles: readonly ArrayLike<number>[],
  numbers: readonly number[],
  options: SolveOptions,
): Batch {
  const S = config.sequenceLength;
  const wrong = puzzles.findIndex((puzzle) => puzzle.length !== S);
  if (wrong !== -1) throw invalidArgument(`puzzles[${wrong}].length`, `${S}, as the model`, puzzles[wrong]?.length);
  const inputs = new Int32Array(puzzles.length * S);
  puzzles.forEach((puzzle, row) => {
    const fraction = Array.from(puzzle).find((token) => !Number.isInteger(token));
    if (fraction !== undefined) throw invalidArgument(`puzzles[${row}]`, 'whole tokens', fraction);
    inputs.set(Array.from(puzzle), row * S);
  });
  const batch = {
    size: puzzles.length,
    inputs,
    labels: new Int32Array(inputs.length).fill(IGNORED),
    puzzleIdentifiers: Int32Array.from(numbers, (number) => options.puzzleIdentifiers?.[number] ?? 0),
  };
  checkBatch(config, batch);
  return batch;
}
