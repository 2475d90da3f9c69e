import { invalidArgument } from '../../core/errors.ts';
import { type Batch, IGNORED } from '../act/batch.ts';
import { type Carry, disposeCarry, initialCarry, refill } from '../act/carry.ts';
import { type StepResult, stepModel } from '../act/step.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { Random } from '../random.ts';
import { keepRows, perturb } from './rows.ts';

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

/** Solves one puzzle given as tokens [S]. Throws `INVALID_ARGUMENT` for tokens that do not fit the model. */
export async function solve(model: HrmModel, puzzle: ArrayLike<number>, options: SolveOptions = {}): Promise<Solution> {
  const [solution] = await solveAll(model, [puzzle], options);
  return solution as Solution;
}

/** Solves puzzles together. Those that halt early leave the batch, so that the others run faster. */
export async function solveAll(
  model: HrmModel,
  puzzles: readonly ArrayLike<number>[],
  options: SolveOptions = {},
): Promise<Solution[]> {
  const rollouts = options.rollouts ?? 1;
  if (puzzles.length === 0) throw invalidArgument('puzzles', 'at least one puzzle', puzzles);
  if (!Number.isInteger(rollouts) || rollouts < 1) throw invalidArgument('rollouts', 'a positive integer', rollouts);
  const random = new Random(options.seed ?? 0);
  const best: (Solution | undefined)[] = puzzles.map(() => undefined);
  let open = puzzles.map((_, puzzle) => puzzle);
  for (let rollout = 0; rollout < rollouts && open.length > 0; rollout++) {
    const batch = toBatch(
      model,
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
  model: HrmModel,
  batch: Batch,
  puzzles: readonly number[],
  rollout: number,
  random: Random,
  options: SolveOptions,
): Promise<SolveStep[][]> {
  const traces: SolveStep[][] = puzzles.map(() => []);
  let rows = puzzles.map((_, row) => row);
  let incoming = batch;
  let carry = start(model, batch, rollout === 0 ? 0 : (options.noise ?? 0.2), random);
  try {
    while (rows.length > 0) {
      options.signal?.throwIfAborted();
      const result = await stepModel(
        model,
        carry,
        incoming,
        options.maxSteps === undefined ? {} : { maxSteps: options.maxSteps },
      );
      disposeCarry(carry);
      carry = result.carry;
      result.logits.dispose();
      rows.forEach((row, index) => {
        const trace = traces[row] as SolveStep[];
        const step = describeStep(result, index, trace.at(-1), incoming);
        trace.push(step);
        options.onStep?.(step, puzzles[row] as number, rollout);
      });
      const going = [...rows.keys()].filter((index) => !isDone(model, result, index, options));
      if (going.length === rows.length) continue;
      rows = going.map((index) => rows[index] as number);
      if (rows.length === 0) break;
      const kept = keepRows(carry, going);
      disposeCarry(carry);
      carry = kept;
      incoming = kept.data;
    }
  } finally {
    disposeCarry(carry);
  }
  return traces;
}

/** The carry before the first step, with disturbed start states where noise is asked for. */
function start(model: HrmModel, batch: Batch, noise: number, random: Random): Carry {
  const empty = initialCarry(model, batch.size);
  if (noise === 0) return empty;
  const filled = refill(model, empty, batch);
  disposeCarry(empty);
  return perturb(filled, noise, random);
}

function isDone(
  model: HrmModel,
  { carry, qHaltLogits, qContinueLogits }: StepResult,
  row: number,
  options: SolveOptions,
): boolean {
  if (carry.halted[row]) return true;
  if (options.halting !== 'q') return false;
  const threshold = model.config.qHead === 'halt-only' ? 0 : (qContinueLogits[row] as number);
  return (qHaltLogits[row] as number) > threshold;
}

function describeStep(
  result: StepResult,
  row: number,
  before: SolveStep | undefined,
  { inputs, size }: Batch,
): SolveStep {
  const length = inputs.length / size;
  const tokens = result.predictions.slice(row * length, (row + 1) * length);
  const previous = before?.tokens ?? inputs.subarray(row * length, (row + 1) * length);
  return {
    step: result.carry.steps[row] as number,
    tokens,
    confidence: 1 / (1 + Math.exp(-(result.qHaltLogits[row] as number))),
    changedCells: [...tokens.keys()].filter((cell) => tokens[cell] !== previous[cell]),
  };
}

function toBatch(
  model: HrmModel,
  puzzles: readonly ArrayLike<number>[],
  numbers: readonly number[],
  options: SolveOptions,
): Batch {
  const S = model.config.sequenceLength;
  const wrong = puzzles.findIndex((puzzle) => puzzle.length !== S);
  if (wrong !== -1) throw invalidArgument(`puzzles[${wrong}].length`, `${S}, as the model`, puzzles[wrong]?.length);
  const inputs = new Int32Array(puzzles.length * S);
  puzzles.forEach((puzzle, row) => {
    const fraction = Array.from(puzzle).find((token) => !Number.isInteger(token));
    if (fraction !== undefined) throw invalidArgument(`puzzles[${row}]`, 'whole tokens', fraction);
    inputs.set(Array.from(puzzle), row * S);
  });
  return {
    size: puzzles.length,
    inputs,
    labels: new Int32Array(inputs.length).fill(IGNORED),
    puzzleIdentifiers: Int32Array.from(numbers, (number) => options.puzzleIdentifiers?.[number] ?? 0),
  };
}
