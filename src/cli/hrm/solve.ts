import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  type BackendName,
  compile,
  openModel,
  renderSolving,
  type SolveStep,
  shippedModel,
  solve,
  useBackend,
} from '../../hrm/index.ts';
import { usageError } from '../failure.ts';
import { wholeNumber } from './arguments.ts';
import { type PuzzleText, readPuzzle } from './puzzle-kinds.ts';

const help = `Usage: hrm-rex solve PUZZLE [OPTIONS]

Solves a puzzle with a trained model and checks the answer by the rules. Exits with 0 when it is right, with 1 when not.

PUZZLE is a Sudoku, row by row with . or 0 for blanks ("12.4 3.12 21.3 .32."), a maze of #, blanks, S and G, the name of
a file that holds one, or - for standard input.

Options:
  --model FOLDER     What hrm-rex train, or saveModel(), has written (default: the package's own, for 6x6 and 9x9 Sudoku)
  --steps N          Most steps (default: as in training)
  --rollouts N       Tries, each but the first from a disturbed start; the first right one counts (default 1)
  --seed N           Seeds the disturbance (default 0)
  --html FILE        Write an animation of the solving as one page
  --json             Print one line of JSON
  --backend NAME     auto, node-gpu, node, webgpu, wasm or cpu (default auto)
  --engine onnx      Think in ONNX Runtime (npm install onnxruntime-node): much faster for large models
  -h, --help         Print this help
`;

const flags = {
  model: { type: 'string' },
  steps: { type: 'string' },
  rollouts: { type: 'string' },
  seed: { type: 'string' },
  html: { type: 'string' },
  json: { type: 'boolean' },
  backend: { type: 'string' },
  engine: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex solve`: one puzzle, step by step. */
export async function solveCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw usageError('solve takes one puzzle; see hrm-rex solve --help');
  if (values.engine !== undefined && values.engine !== 'onnx') throw usageError('--engine takes onnx');
  const steps = wholeNumber(values, 'steps', 0);
  const settings = {
    rollouts: wholeNumber(values, 'rollouts', 1),
    seed: wholeNumber(values, 'seed', 0, 0),
    ...(steps > 0 ? { maxSteps: steps } : {}),
  };
  const puzzle = readPuzzle(await readText(given));
  const folder = values.model ?? ownModel(puzzle);
  const backend = await useBackend((values.backend ?? 'auto') as BackendName | 'auto');
  const { model } = await openModel(folder);
  using _model = model;
  await using compiled = values.engine === 'onnx' ? await compile(model, { engine: 'onnx' }) : undefined;
  const startedAt = performance.now();
  const onStep = values.json ? () => {} : describe;
  const verify = (tokens: Int32Array) => puzzle.isSolved(tokens);
  const solution = await solve(compiled ?? model, puzzle.tokens, { ...settings, verify, onStep });
  const durationMs = performance.now() - startedAt;
  const isSolved = puzzle.isSolved(solution.tokens);
  if (values.html !== undefined) {
    await writeFile(
      values.html,
      renderSolving(puzzle.tokens, solution, { columns: puzzle.columns, label: puzzle.label }),
    );
  }
  if (values.json)
    print(JSON.stringify(toJson(puzzle, solution, { isSolved, durationMs, backend: values.engine ?? backend.name })));
  else {
    const verdict = isSolved ? 'right by the rules' : 'wrong by the rules';
    const confidence = `${(100 * solution.confidence).toFixed(0)} %`;
    print(`\n${puzzle.show(solution.tokens)}\n`);
    print(
      `${verdict}; confidence ${confidence}, ${(durationMs / 1000).toFixed(2)} s on ${compiled ? 'ONNX Runtime' : `${backend.name} (${backend.device})`}`,
    );
  }
  return isSolved ? 0 : 1;
}

/** The package's own model for a puzzle. @throws a usage error where it has none */
function ownModel({ kind, columns }: PuzzleText): string {
  if (kind === 'sudoku' && columns === 6) return shippedModel('sudoku-6x6');
  if (kind === 'sudoku' && columns === 9) return shippedModel('sudoku-9x9');
  throw usageError('--model FOLDER is needed: the own models are for 6x6 and 9x9 Sudoku; hrm-rex train makes others');
}

function toJson(
  puzzle: PuzzleText,
  { tokens, confidence, trace }: SolveStep & { readonly trace: readonly SolveStep[] },
  facts: { readonly isSolved: boolean; readonly durationMs: number; readonly backend: string },
): object {
  const answer = puzzle.show(tokens).split('\n');
  const steps = trace.map(({ step, confidence: sure, changedCells }) => ({ step, confidence: sure, changedCells }));
  return { answer, confidence, ...facts, steps };
}

function describe({ step, confidence, changedCells }: SolveStep, _puzzle: number, rollout: number): void {
  const trial = rollout > 0 ? `try ${rollout + 1}, ` : '';
  const cells = changedCells.length === 1 ? '1 cell' : `${changedCells.length} cells`;
  print(`${trial}step ${step}: ${cells} changed, confidence ${(100 * confidence).toFixed(0)} %`);
}

/** The puzzle itself, or the file or stream that holds it. */
async function readText(given: string): Promise<string> {
  if (given === '-') {
    const pieces: Buffer[] = [];
    for await (const piece of process.stdin) pieces.push(piece as Buffer);
    return Buffer.concat(pieces).toString('utf8');
  }
  try {
    return await readFile(given, 'utf8');
  } catch {
    return given;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
