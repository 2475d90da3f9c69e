import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { planTask, ruleCoordinator } from 'hrm-rex/coordination';
import { drawPlan } from '../../../src/cli/coordination/draw-plan.ts';
import { predictionOf } from '../../coordination/random-prediction.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-plan-'));
after(() => rm(folder, { recursive: true }));
await writeFile(join(folder, 'go.mod'), 'module x\n');
await writeFile(join(folder, 'main.go'), 'package main\n');

function cli(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, HRM_REX_BACKEND: 'wasm' };
  return spawnSync(process.execPath, ['--import', 'tsx', main, 'plan', ...args], { encoding: 'utf8', env, input });
}

test('plan prints agents, effort, confidence and order', () => {
  const { status, stdout, stderr } = cli(['Document the new retry flag', '--dir', folder, '--rules']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /confidence \d+ %/);
  assert.match(stdout, /by rules\/1 \(keywords, without trained weights\)/);
  assert.match(stdout, /^ 1 {2}go +\d+ % +\d+ %/m);
  assert.match(stdout, /^ 2 {2}docs /m);
  assert.match(stdout, /^Order\n ● task go 100 %: Document the new retry flag$/m);
  assert.ok(!stdout.includes('\x1b'));
});

test('plan --json is for programs', () => {
  const { status, stdout } = cli(['-', '--dir', folder, '--rules', '--json', '--why'], 'Fix the crash\n');
  assert.equal(status, 0);
  const plan = JSON.parse(stdout);
  assert.deepEqual(plan.task, {
    text: 'Fix the crash\n',
    workspace: { files: 2, ext: { mod: 1, go: 1 }, markers: ['pm:go.mod'] },
  });
  const selected = plan.agents.filter((agent: { selected: boolean }) => agent.selected);
  assert.ok(selected.some(({ agent }: { agent: string }) => agent === 'go'));
  assert.ok(plan.reasons.some(({ evidence }: { evidence: string }) => evidence === '*.go'));
  assert.ok(plan.confidence > 0 && plan.confidence < 1);
});

test('plan answers an empty and a huge text, and says that it guesses', () => {
  for (const input of ['', 'make it work '.repeat(8_000)]) {
    const { status, stdout, stderr } = cli(['-', '--no-dir', '--rules'], input);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /a guess: ask somebody else/);
  }
});

test('mistakes on the command line exit with 2, a missing workspace with 1', () => {
  for (const args of [[], ['a', 'b'], ['a', '--dir', '.', '--no-dir'], ['a', '--max-agents', '0'], ['a', '--what']]) {
    assert.equal(cli(args).status, 2, args.join(' '));
  }
  const gone = cli(['x', '--dir', join(folder, 'nowhere')]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /^hrm-rex: .*nowhere/);
});

test('a plan fits a narrow terminal, draws parallel subtasks side by side and shows no control characters', async () => {
  const prediction = predictionOf({ python: 0.9, test: 0.8, docs: 0.8, docker: 0.7 }, { composite: 0.9 });
  const coordinator = { ...ruleCoordinator(), predict: async () => prediction };
  const plan = await planTask({ text: 'ship \x1b[31mred\x07 things' }, coordinator, { explain: true });
  for (const columns of [20, 40, 80]) {
    const lines = drawPlan(plan, { columns, colour: false });
    assert.ok(
      lines.every((line) => line.length <= columns && !/\p{Cc}/u.test(line)),
      lines.join('\n'),
    );
  }
  const wide = drawPlan(plan, { columns: 100, colour: false }).join('\n');
  assert.match(wide, / ● python .*\n │\n ● test .*\(after python\).*\n │\n ┬ docs .*\(after test\).*\n └ docker /);
  assert.ok(drawPlan(plan, { columns: 80, colour: true }).join('\n').includes('\x1b[32m'));
});
