import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-cli-'));
after(() => rm(folder, { recursive: true }));

function cli(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, HRM_REX_BACKEND: 'wasm' };
  return spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8', env, input });
}

const model = join(folder, 'model');
const training = [
  ...['train', 'sudoku', '--out', model, '--steps', '6', '--batch', '8', '--hidden', '16', '--heads', '2'],
  ...['--layers', '1', '--max-steps', '3', '--train-count', '24', '--test-count', '8', '--clues', '12-14'],
  ...['--evaluate-every', '3', '--warmup', '0'],
];
const puzzle = '12.4 3.12 21.3 .32.';

test('train writes a model with its card and curves, and goes on where it was', async () => {
  const first = cli(training);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /evaluation at 6: exact [\d.]+ %, cells [\d.]+ % of 8 puzzles/);
  const manifest = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8'));
  assert.equal(manifest.metrics.testCount, 8);
  const shown = `${(100 * manifest.metrics.exactAccuracy).toFixed(1)} %`;
  assert.ok(
    (await readFile(join(model, 'README.md'), 'utf8')).includes(`On 8 puzzles that it never saw, ${shown} are right`),
  );
  assert.match(await readFile(join(model, 'curves.html'), 'utf8'), /4x4 Sudoku with 12 to 14 clues/);
  const again = cli(training.map((word) => (word === '6' ? '9' : word)));
  assert.equal(again.status, 0, again.stderr);
  assert.doesNotMatch(again.stdout, /evaluation at 6/);
  assert.match(again.stdout, /evaluation at 9/);
});

test('solve shows the steps, checks the answer by the rules, and writes the animation', async () => {
  const html = join(folder, 'solving.html');
  const solved = cli(['solve', puzzle, '--model', model, '--html', html]);
  assert.match(solved.stdout, /^step 1: \d+ cells? changed, confidence \d+ %\nstep 2: .*\nstep 3: /);
  assert.match(solved.stdout, /(right|wrong) by the rules; confidence \d+ %/);
  assert.equal(solved.status, solved.stdout.includes('right by the rules') ? 0 : 1);
  assert.match(await readFile(html, 'utf8'), /repeat\(4, 2.2rem\)/);
});

test('solve without a model takes the package’s own for a 6x6 Sudoku', () => {
  const solved = cli(['solve', '123456 456123 234561 561234 345612 61234.', '--json']);
  assert.equal(solved.status, 0, solved.stderr);
  assert.equal(JSON.parse(solved.stdout).answer[5], '6 1 2 3 4 5');
});

test('solve takes a file or standard input, and gives JSON', async () => {
  const file = join(folder, 'puzzle.txt');
  await writeFile(file, puzzle);
  const [fromFile, fromInput] = [
    cli(['solve', file, '--model', model, '--json', '--steps', '2']),
    cli(['solve', '-', '--model', model, '--json', '--steps', '2'], puzzle),
  ];
  const [one, other] = [JSON.parse(fromFile.stdout), JSON.parse(fromInput.stdout)];
  assert.equal(one.steps.length, 2);
  assert.equal(one.answer.length, 4);
  assert.deepEqual({ ...one, durationMs: 0 }, { ...other, durationMs: 0 });
});

test('solve thinks in ONNX Runtime when asked to, or says what to install', async () => {
  const hasRuntime = await import('onnxruntime-node' as string).then(
    () => true,
    () => false,
  );
  const asked = cli(['solve', puzzle, '--model', model, '--json', '--engine', 'onnx']);
  if (!hasRuntime) {
    assert.equal(asked.status, 1);
    assert.match(asked.stderr, /npm install .*onnxruntime-node/);
    return;
  }
  const plain = JSON.parse(cli(['solve', puzzle, '--model', model, '--json']).stdout);
  const { answer, backend } = JSON.parse(asked.stdout);
  assert.deepEqual([answer, backend], [plain.answer, 'onnx']);
});

test('what does not fit is refused with a word on what would', () => {
  const cases: [string[], RegExp, number][] = [
    [['solve'], /takes one puzzle/, 2],
    [['solve', puzzle], /--model FOLDER is needed: the own models are for 6x6 and 9x9/, 2],
    [['solve', '12', '--model', model], /16, 36 or 81 cells/, 2],
    [['solve', '###\n#S', '--model', model], /rows of a maze have one length/, 2],
    [['solve', '.'.repeat(81), '--model', model], /16, as the model/, 2],
    [['solve', puzzle, '--model', join(folder, 'none')], /none/, 1],
    [['solve', puzzle, '--model', model, '--steps', 'many'], /--steps takes a whole number/, 2],
    [['solve', puzzle, '--model', model, '--engine', 'steam'], /--engine takes onnx/, 2],
    [['train', 'sudoku'], /--out FOLDER is needed/, 2],
    [['train', 'sudoku', '--out', model, '--cycles', '2'], /--cycles takes two numbers/, 2],
    [['train', 'sudoku', '--out', model, '--bits', '5'], /--bits takes 8 or 4/, 2],
    [['train', 'sudoku', '--out', model, '--size', '5'], /--size is 4, 6 or 9/, 2],
    [['train', join(folder, 'nothing'), '--out', model], /dataset\.json/, 1],
    [['train', 'sudoku', '--out', model, '--backend', 'abacus'], /expected auto/, 2],
  ];
  for (const [args, message, status] of cases) {
    const refused = cli(args);
    assert.match(refused.stderr, message, args.join(' '));
    assert.equal(refused.status, status, refused.stderr);
    assert.doesNotMatch(refused.stderr, /\n\s+at /);
  }
});
