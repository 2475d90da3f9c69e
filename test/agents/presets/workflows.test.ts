import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runWorkflow } from '../../../src/agents/presets/tools/run-workflow.ts';
import { findTool, toolPresets } from '../../../src/agents/presets/tools/tool-presets.ts';
import { gatedSteps, toolWorkflow, type WorkflowStep } from '../../../src/agents/presets/tools/workflow.ts';
import { workflowResultSchema } from '../../../src/agents/presets/tools/workflow-result.ts';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import { expectThrown } from '../../../src/testing/contract/expect-error.ts';
import { missing } from './missing.ts';

/** A directory with files, and a function that runs steps of a tool in it. */
async function open(test: TestContext, files: Readonly<Record<string, string>> = {}) {
  const cwd = await mkdtemp(join(tmpdir(), 'hrm-rex-flow-'));
  const runtime = new LocalRuntime({
    cwd,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });
  test.after(async () => {
    await runtime.close();
    await rm(cwd, { recursive: true });
  });
  for (const [path, text] of Object.entries(files)) await runtime.files.write(path, text);
  const flow = (tool: string, steps: readonly (string | WorkflowStep)[], values = {}, more = {}) =>
    runWorkflow(toolWorkflow(tool, steps, { values }), { runtime, cwd, ...more });
  return { cwd, runtime, flow };
}

/** A repository with a commit on `main` and another on `side`, both of which change `file`. */
async function openRepository(test: TestContext) {
  const place = await open(test, { file: 'base\n' });
  const { runtime, flow } = place;
  const begun = await flow('git', [{ command: ['git', 'init', '--quiet', '--initial-branch=main'] }, 'add', 'commit'], {
    message: 'base',
  });
  assert.ok(begun.success, JSON.stringify(begun));
  await flow('git', ['branch'], { branch: 'side' });
  await runtime.writeFile('file', 'side\n');
  await flow('git', ['add', 'commit'], { message: 'side' });
  await flow('git', ['switch'], { branch: 'main' });
  await runtime.writeFile('file', 'main\n');
  assert.ok((await flow('git', ['add', 'commit'], { message: 'main' })).success);
  return place;
}

const handlersOf = ({
  steps,
}: {
  readonly steps: readonly { readonly recoveries: readonly { readonly handler: string }[] }[];
}) => steps.flatMap(({ recoveries }) => recoveries.map(({ handler }) => handler));

test('git: an identity is made up where there is none, and nothing to commit is no failure', async (test) => {
  const { flow } = await open(test, { file: 'text\n' });
  const result = await flow('git', ['init', 'add', 'commit', 'commit', 'status'], { message: "it's ü" });
  assert.deepEqual([result.success, handlersOf(result)], [true, ['no-identity']]);
  assert.equal(result.steps[2]?.attempts, 2);
  assert.deepEqual(result.finalState.steps, { init: 'done', add: 'done', commit: 'done', status: 'done' });
  assert.deepEqual(workflowResultSchema.parse(result), result);
});

test('git: a stale lock is removed, one that git holds is not', async (test) => {
  const { runtime, flow } = await openRepository(test);
  await runtime.writeFile('.git/index.lock', '');
  await runtime.writeFile('file', 'changed\n');
  const freed = await flow('git', ['add', 'commit'], { message: 'freed' });
  assert.deepEqual([freed.success, handlersOf(freed)], [true, ['stale-lock']]);

  await using holder = await runtime.spawn(['git', 'cat-file', '--batch'], { stdin: 'pipe' });
  await holder.write('HEAD\n');
  await holder.waitFor('commit');
  await runtime.writeFile('.git/index.lock', '');
  const held = await flow('git', ['add']);
  assert.equal(held.success, false);
  assert.equal(held.steps[0]?.advice, 'Another git works in this repository: wait for it.');
  assert.ok(await runtime.files.exists('.git/index.lock'));
});

test('git: what was changed is kept while a branch is switched', async (test) => {
  const { runtime, flow } = await openRepository(test);
  await runtime.writeFile('file', 'main\nmore\n');
  await runtime.writeFile('new', 'new\n');
  const { steps } = await flow('git', [{ use: 'switch', values: { branch: 'side' } }]);
  assert.deepEqual(handlersOf({ steps }), ['dirty-tree', 'dirty-tree: finish']);
  assert.equal(steps[0]?.exitCode, 0);
});

for (const [conflictRule, expected] of Object.entries({ ours: 'main\n', theirs: 'side\n', union: 'main\nside\n' })) {
  test(`git: a conflict is settled by the rule ${conflictRule}`, async (test) => {
    const { runtime, flow } = await openRepository(test);
    const result = await flow('git', ['merge', 'status'], { branch: 'side', conflictRule });
    assert.deepEqual([result.success, handlersOf(result)], [true, ['merge-conflict']]);
    assert.equal(await runtime.readFile('file'), expected);
    assert.equal(result.steps[1]?.output, '## main\n');
  });
}

test('git: a conflict without a rule fails with advice, and the rest goes on or stops as asked', async (test) => {
  const { flow } = await openRepository(test);
  const on = await flow('git', ['merge', 'abort', 'status'], { branch: 'side' });
  assert.deepEqual([on.success, on.steps.map(({ success }) => success)], [false, [false, true, true]]);
  assert.match(on.steps[0]?.advice ?? '', /conflictRule/);
  const stopped = await flow('git', ['merge', 'status'], { branch: 'side' }, { onFailure: 'stop' });
  assert.deepEqual(stopped.finalState.steps, { merge: 'failed', status: 'skipped' });
});

test('git: a push is told apart as gated, sets its upstream and catches up with the remote', async (test) => {
  const { cwd, flow } = await openRepository(test);
  assert.deepEqual(gatedSteps(toolWorkflow('git', ['status', 'push'])), ['push']);
  const remote = await flow('git', [
    { command: ['git', 'clone', '--quiet', '--bare', cwd, `${cwd}/remote.git`] },
    { command: ['git', 'remote', 'add', 'origin', `${cwd}/remote.git`] },
    { command: ['git', 'branch', '--unset-upstream'] },
  ]);
  assert.equal(remote.steps[1]?.success, true);
  const pushed = await flow('git', ['push']);
  assert.deepEqual([pushed.success, handlersOf(pushed)], [true, ['no-upstream']]);
});

test('a fallback takes the place of a command that fails; unknown names are refused', async (test) => {
  const { flow } = await openRepository(test);
  const { steps, success } = await flow('git', [{ use: 'branch', values: { branch: 'side' } }]);
  assert.deepEqual([success, steps[0]?.fallback], [true, 'switch']);
  expectThrown(() => toolWorkflow('git', ['dance']), 'INVALID_ARGUMENT');
  expectThrown(() => findTool('nothing'), 'UNSUPPORTED');
  const without = await flow('git', ['commit']);
  assert.equal(without.steps[0]?.error?.code, 'INVALID_ARGUMENT');
});

test('a missing tool is told by name, with how to install it', async (test) => {
  const { cwd } = await open(test);
  await using bare = new LocalRuntime({ env: { PATH: '/nowhere' } });
  for (const tool of ['git', 'docker', 'npm', 'make', 'gdb']) {
    const [command] = Object.keys(toolPresets[tool]?.commands ?? {}).filter((name) =>
      ['status', 'list', 'test', 'batch'].includes(name),
    );
    const { steps } = await runWorkflow(toolWorkflow(tool, [command ?? ''], { values: { program: 'x' } }), {
      runtime: bare,
      cwd,
    });
    assert.equal(steps[0]?.error?.code, 'TOOLCHAIN_MISSING', JSON.stringify(steps));
    assert.match(steps[0]?.error?.message ?? '', new RegExp(`needs ${tool}.*(?:install|https)`));
  }
});

test('npm: a missing lockfile is made, then installed from', { skip: missing('npm') }, async (test) => {
  const { runtime, flow } = await open(test, {
    'package.json': '{ "name": "a", "version": "1.0.0", "scripts": { "test": "exit 4" } }',
  });
  const result = await flow('npm', ['install', 'test']);
  assert.deepEqual([result.steps[0]?.success, handlersOf(result)], [true, ['lockfile']]);
  assert.deepEqual([result.steps[1]?.exitCode, result.success], [4, false]);
  assert.ok(await runtime.files.exists('package-lock.json'));
});

test('make: what is missing is generated by the target that is named', { skip: missing('make') }, async (test) => {
  const { flow } = await open(test, { Makefile: 'all: version.h\n\tcat version.h\ngenerate:\n\techo 7 > version.h\n' });
  const failed = await flow('make', ['build']);
  assert.match(failed.steps[0]?.advice ?? '', /generate/);
  const result = await flow('make', ['build'], { generate: 'generate' });
  assert.deepEqual([result.success, handlersOf(result)], [true, ['generate-first']]);
});

test('cmake: a build directory of another place is made anew', { skip: missing('cmake') }, async (test) => {
  const { runtime, flow } = await open(test, {
    'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.10)\nproject(a NONE)\n',
    'build/CMakeCache.txt': 'CMAKE_CACHEFILE_DIR:INTERNAL=/elsewhere/build\nCMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n',
  });
  const result = await flow('cmake', ['configure', 'build']);
  assert.deepEqual([result.success, handlersOf(result)], [true, ['moved-tree']], JSON.stringify(result.steps));
  assert.doesNotMatch(await runtime.readFile('build/CMakeCache.txt'), /elsewhere/);
});

test('gdb: a crash is looked at in a conversation', { skip: missing('gdb') || missing('g++') }, async (test) => {
  const { flow } = await open(test, {
    'crash.cpp':
      'int deep(int *where) { int local = 42; *where = local; return local; }\nint main() { return deep(nullptr); }\n',
  });
  const result = await flow('gdb', [
    { name: 'compile', command: ['g++', '-g', '-O0', '-o', 'crash', 'crash.cpp'] },
    { use: 'backtrace', values: { program: './crash' } },
  ]);
  const output = result.steps[1]?.output ?? '';
  assert.match(output, /SIGSEGV[\s\S]*deep \(where=0x0\)[\s\S]*main[\s\S]*local = 42/);
  assert.deepEqual([result.success, result.steps[1]?.exitCode], [true, 0]);
});

test('pdb: a value is read at a breakpoint; a program that never asks again is given up', {
  skip: missing('python3'),
}, async (test) => {
  const { flow } = await open(test, { 'a.py': 'x = 6\ny = x * 7\nprint(y)\n', 'hang.py': 'while True: pass\n' });
  const result = await flow('pdb', ['inspect'], { program: 'a.py', place: 'a.py:3', expression: 'y' });
  assert.match(result.steps[0]?.output ?? '', /p y\n42\n/);
  assert.equal(result.success, true);
  const hung = await flow('pdb', [{ use: 'postMortem', timeoutMs: 3000 }], { program: 'hang.py' });
  assert.deepEqual([hung.steps[0]?.timedOut, hung.success], [true, false]);
});

test('node inspect: a value is read at a breakpoint', { skip: missing('node') }, async (test) => {
  const { flow } = await open(test, { 'a.js': 'const x = 6;\nconst y = x * 7;\nconsole.log(y);\n' });
  const result = await flow('node-inspect', ['inspect'], {
    program: 'a.js',
    file: 'a.js',
    line: '3',
    expression: "'y'",
  });
  assert.match(result.steps[0]?.output ?? '', /42/);
});

test('go: a module is made by the name that is given, and asked for where none is', {
  skip: missing('go'),
}, async (test) => {
  const { flow } = await open(test, { 'main.go': 'package main\n\nfunc main() {}\n' });
  const [asked] = (await flow('go', ['build'])).steps;
  assert.deepEqual([asked?.success, asked?.advice?.includes('`module`')], [false, true]);
  const result = await flow('go', ['build', 'test'], { module: 'example.com/made' });
  assert.deepEqual([result.success, handlersOf(result)], [true, ['no-module']], JSON.stringify(result.steps));
});

test('cargo: a lockfile that lacks a package is made again without a network', {
  skip: missing('cargo'),
}, async (test) => {
  const manifest = (name: string): string => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
  const { flow } = await open(test, {
    'Cargo.toml': `${manifest('program')}[dependencies]\npart = { path = "part" }\n`,
    'Cargo.lock': 'version = 3\n\n[[package]]\nname = "program"\nversion = "0.1.0"\n',
    'src/main.rs': 'fn main() { println!("{}", part::value()) }\n',
    'part/Cargo.toml': manifest('part'),
    'part/src/lib.rs': 'pub fn value() -> i32 { 1 }\n',
  });
  const result = await flow('cargo', ['build', 'test']);
  assert.deepEqual([result.success, handlersOf(result)], [true, ['lockfile']], JSON.stringify(result.steps));
});
