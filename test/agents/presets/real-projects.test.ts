import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LocalRuntime } from 'hrm-rex';
import {
  domainGraph,
  domainHandlers,
  domainResultSchema,
  runWorkflow,
  toolWorkflow,
  type WorkflowStep,
} from 'hrm-rex/agents';
import { run } from 'hrm-rex/orchestration';
import { missing } from './missing.ts';

/** A project of these files, made complete by a script, and what works on it. */
async function open(test: TestContext, files: Readonly<Record<string, string>>, script = 'true', more = {}) {
  const cwd = await mkdtemp(join(tmpdir(), 'hrm-rex-project-'));
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', ...more };
  const runtime = new LocalRuntime({ cwd, env });
  test.after(async () => {
    await runtime.close();
    await rm(cwd, { recursive: true });
  });
  for (const [path, text] of Object.entries(files)) await runtime.files.write(path, text);
  const bash = async (text: string) => (await runtime.execute(['bash', '-ec', text], { cwd, check: 'raise' })).stdout;
  await bash(script);
  const flow = async (tool: string, steps: readonly (string | WorkflowStep)[], values = {}, env = {}) => {
    const result = await runWorkflow(toolWorkflow(tool, steps, { values }), { runtime, cwd, env });
    const handlers = result.steps.flatMap(({ recoveries }) => recoveries.map(({ handler }) => handler));
    const [first] = result.steps;
    assert.ok(first);
    return { ...result, handlers, first };
  };
  return { cwd, runtime, bash, flow };
}

const repository = `git init -q -b main; git config user.name a; git config user.email a@localhost
say() { printf '%s\\n' "$1" > file; git add -A; git commit -qm "$1"; }
say base; git switch -qc side`;

for (const [conflictRule, expected] of Object.entries({ ours: 'main\n', theirs: 'three\n' })) {
  test(`git: a rebase goes on through every conflict by the rule ${conflictRule}`, async (test) => {
    const { bash, flow } = await open(
      test,
      {},
      `${repository}; say one; say two; say three; git switch -q main; say main; git switch -q side`,
    );
    const result = await flow('git', ['rebase', 'status'], { branch: 'main', conflictRule });
    assert.deepEqual([result.success, result.steps[1]?.output], [true, '## side\n']);
    assert.equal(await bash('cat file'), expected);
  });
}

for (const [conflictRule, expected] of Object.entries({ ours: 'file\n', theirs: '', union: 'file\n' })) {
  test(`git: a file that one side removed goes or stays by the rule ${conflictRule}`, async (test) => {
    const script = `${repository}; git rm -q file; git commit -qm removed; git switch -q main; say changed`;
    const { bash, flow } = await open(test, {}, script);
    const result = await flow('git', ['merge', 'status'], { branch: 'side', conflictRule });
    assert.deepEqual([result.success, result.steps[1]?.output], [true, '## main\n']);
    assert.equal(await bash('ls'), expected);
  });
}

test('git: binary files have no union, and the attempt leaves nothing beside them', async (test) => {
  const script = `${repository}; printf '\\0side' > 'a b'; git add -A; git commit -qm s; git switch -q main; printf '\\0main' > 'a b'; git add -A; git commit -qm m`;
  const { bash, flow } = await open(test, {}, script);
  const { success, first } = await flow('git', ['merge'], { branch: 'side', conflictRule: 'union' });
  assert.deepEqual([success, first.recoveries[0]?.commands[0]?.output.includes('no union of a b')], [false, true]);
  assert.equal(await bash('git status --porcelain'), 'AA "a b"\n');
  assert.equal((await flow('git', ['merge'], { branch: 'side', conflictRule: 'theirs' })).success, true);
  assert.equal(await bash('tr -d "\\0" < "a b"'), 'side');
});

test('git: what was changed and conflicts with what came stays in the stash, and the tree is whole', async (test) => {
  const { bash, flow } = await open(test, {}, `${repository}; say side; git switch -q main; echo mine > file`);
  const { success, first } = await flow('git', ['merge'], { branch: 'side' });
  assert.deepEqual([success, first.advice?.includes('in the stash')], [false, true]);
  assert.equal(await bash('cat file; git status --porcelain; git stash show -p | grep "^+mine"'), 'side\n+mine\n');
});

test('git: a dirty tree and a conflict in one merge are both helped', async (test) => {
  const other = (first: string, last: string): string => `printf '${first}\\n2\\n3\\n4\\n${last}\\n' > other`;
  const begin = repository.replace('say base', `${other('1', '5')}; say base`);
  const script = `${begin}; ${other('one', '5')}; say side; git switch -q main; say main; ${other('1', 'five')}`;
  const { bash, flow } = await open(test, {}, script);
  const { success, handlers } = await flow('git', ['merge'], { branch: 'side', conflictRule: 'union' });
  assert.deepEqual([success, handlers], [true, ['dirty-tree', 'merge-conflict', 'dirty-tree: finish']]);
  assert.equal(await bash('cat file other; git status --porcelain'), 'main\nside\none\n2\n3\n4\nfive\n M other\n');
});

const remote = `${repository}; git switch -q main; git clone -q --bare . remote.git; git clone -q remote.git other
printf '%s\\n' remote.git other > .git/info/exclude; git remote add origin ./remote.git; git fetch -q; git branch -q -u origin/main
(cd other; git config user.name a; git config user.email a@localhost; say other; git push -q); say mine`;

test('git: a push that is behind with a conflict leaves all as it was, or goes by the rule', async (test) => {
  const { bash, flow } = await open(test, {}, remote);
  const refused = await flow('git', ['push', 'status']);
  assert.deepEqual([refused.success, refused.first.advice?.includes('`conflictRule`')], [false, true]);
  assert.equal(refused.steps[1]?.output, '## main...origin/main [ahead 1, behind 1]\n');
  const pushed = await flow('git', ['push', 'status'], { conflictRule: 'union' });
  assert.deepEqual([pushed.success, pushed.steps[1]?.output], [true, '## main...origin/main\n']);
  assert.equal(await bash('git show origin/main:file'), 'other\nmine\n');
});

test('git: without a branch, a push makes the one that is named, else says what is missing', async (test) => {
  const { bash, flow } = await open(test, {}, `${remote}; git switch -q --detach; say detached`);
  const refused = await flow('git', ['push']);
  assert.match(refused.first.advice ?? '', /No branch is checked out.*`branch`/);
  const pushed = await flow('git', ['push'], { branch: 'work' });
  assert.deepEqual([pushed.success, pushed.handlers], [true, ['detached-head', 'no-upstream']]);
  assert.equal(await bash('git show origin/work:file'), 'detached\n');
});

test('git: what is under way is finished by the rule; unknown names and places are told as such', async (test) => {
  const { flow, bash } = await open(
    test,
    {},
    `${repository}; say side; git switch -q main; say main; ! git merge side`,
  );
  assert.match((await flow('git', ['commit'], { message: 'm' })).first.advice ?? '', /under way/);
  const finished = await flow('git', ['merge', 'status'], { branch: 'side', conflictRule: 'ours' });
  assert.deepEqual([finished.success, finished.handlers], [true, ['unfinished']]);
  assert.match((await flow('git', ['switch'], { branch: 'nowhere' })).first.advice ?? '', /no branch or commit/);
  assert.equal((await flow('git', ['bisectStart'], { bad: 'HEAD', good: 'nowhere' })).success, false);
  await bash('rm -rf .git');
  assert.match((await flow('git', ['status'])).first.advice ?? '', /in no repository/);
});

test('npm: a lockfile of older manifests is made again; a test that fails passes once it is mended', {
  skip: missing('npm'),
}, async (test) => {
  const manifest = (name: string, ...parts: string[]): string =>
    JSON.stringify({
      name,
      version: '1.0.0',
      dependencies: Object.fromEntries(parts.map((part) => [part, `file:./${part}`])),
      scripts: { test: 'node check.js' },
    });
  const { runtime, flow } = await open(
    test,
    {
      'package.json': manifest('whole', 'one'),
      'one/package.json': manifest('one'),
      'two/package.json': manifest('two'),
      'check.js': "require('node:assert').equal(require('./sum.js')(1, 2), 3)\n",
      'sum.js': 'module.exports = (a, b) => a - b;\n',
    },
    'npm install --ignore-scripts --no-audit --no-fund > /dev/null',
  );
  await runtime.writeFile('package.json', manifest('whole', 'one', 'two'));
  const first = await flow('npm', ['install', 'test']);
  assert.deepEqual([first.first.success, first.handlers, first.success], [true, ['lockfile'], false]);
  assert.match(first.steps[1]?.output ?? '', /-1 == 3/);
  await runtime.writeFile('sum.js', 'module.exports = (a, b) => a + b;\n');
  assert.equal((await flow('npm', ['test'])).success, true);
  const unknown = await flow('npm', ['run'], { script: 'nothing' });
  assert.match(unknown.first.advice ?? '', /no script nothing/);
});

test('npm: a directory without a manifest is told as such, and stays without one', {
  skip: missing('npm'),
}, async (test) => {
  const { cwd, runtime, bash, flow } = await open(test, {});
  const phases = run(domainGraph('web', { cwd }), { handlers: domainHandlers({ runtime, cwd }) }).result;
  await assert.rejects(phases, /Phase prepare failed: [\s\S]*There is no package\.json here/);
  const { success, first } = await flow('npm', ['install']);
  assert.deepEqual([success, first.advice?.startsWith('There is no package.json here')], [false, true]);
  assert.equal(await bash('ls -A'), '');
});

test('web: a project goes through its phases in a folder that is no repository', {
  skip: missing('npm'),
}, async (test) => {
  const manifest = {
    name: 'site',
    version: '1.0.0',
    scripts: { build: 'mkdir -p dist && cp page.html dist/', test: 'test -s dist/page.html' },
  };
  const { cwd, runtime } = await open(test, { 'package.json': JSON.stringify(manifest), 'page.html': '<p>\n' });
  const result = await run(domainGraph('web', { cwd }), {
    handlers: domainHandlers({ runtime, cwd }),
    output: 'last',
  }).result;
  const { success, artifacts, toolResults } = domainResultSchema.parse(result);
  assert.deepEqual([success, artifacts], [true, ['dist/page.html']]);
  assert.equal(toolResults['prepare.tree']?.steps[0]?.output.trim(), 'no git repository');
});

const nowhere = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple' };

test('pip: without a network it says so; a module that is missing is not taken for that', {
  skip: missing('pip'),
}, async (test) => {
  const { flow } = await open(test, { 'requirements.txt': 'requests==2.0\n', 'test_a.py': 'import nothing_such\n' });
  const { first } = await flow('pip', ['install'], {}, nowhere);
  assert.deepEqual([first.success, first.attempts], [false, 3]);
  assert.match(first.advice ?? '', /The registry cannot be reached/);
  const tested = await flow('pip', [{ command: ['python3', 'test_a.py'] }], {}, nowhere);
  assert.deepEqual([tested.success, tested.handlers], [false, ['missing-module']]);
  assert.match(tested.first.advice ?? '', /The module nothing_such is not installed/);
});

test('pip: where the system keeps its Python, the project gets one of its own, and uses it', {
  skip: missing('python3'),
}, async (test) => {
  const refuse =
    '#!/bin/bash\n[[ "$1 $2 $3" = "-m pip install" ]] && { echo "error: externally-managed-environment" >&2; exit 1; }\nPATH=${PATH#*:} exec python3 "$@"\n';
  const { cwd, bash, flow } = await open(
    test,
    { 'requirements.txt': '\n', 'bin/python3': refuse, 'test_a.py': testOfPrefix },
    'chmod +x bin/python3; python3 -m venv --help > /dev/null',
  );
  const result = await flow('pip', ['install', 'test'], {}, { PATH: `${cwd}/bin:${process.env.PATH}` });
  assert.deepEqual([result.success, result.handlers], [true, ['system-python']], JSON.stringify(result.steps));
  assert.match(await bash('cat prefix'), /\.venv$/);
});

const testOfPrefix = `import sys, unittest
class Prefix(unittest.TestCase):
    def test(self):
        open('prefix', 'w').write(sys.prefix)
`;

test('make: a missing compiler is told by name, half-written objects are made again', {
  skip: missing('make') || missing('gcc'),
}, async (test) => {
  const { bash, flow } = await open(
    test,
    {
      Makefile: 'all: a\na: a.o\n\t$(CC) -o a a.o\na.o: a.c\n\t$(CC) -c a.c\n',
      'a.c': 'int main(void) { return 0; }\n',
    },
    'echo half > a.o; touch -d 2001-01-01 a.c',
  );
  const lacking = await flow('make', [{ use: 'build', values: { targets: ['-B', 'CC=nothing-cc'] } }]);
  assert.match(lacking.first.advice ?? '', /needs nothing-cc, which is not installed/);
  const built = await flow('make', ['build'], { targets: ['CC=gcc'] });
  assert.deepEqual([built.success, built.handlers], [true, ['stale-objects']]);
  await bash('./a');
});

const listFile = `cmake_minimum_required(VERSION 3.10)
project(sum CXX)
enable_testing()
add_executable(check check.cpp sum.cpp)
add_test(NAME check COMMAND check)
`;

test('cmake: a configuration that fails, is repaired, then its test; all phases of `systems` pass at last', {
  skip: missing('cmake') || missing('g++') || missing('make'),
}, async (test) => {
  const { cwd, runtime, flow } = await open(test, {
    'CMakeLists.txt': listFile,
    'check.cpp': 'int sum(int, int);\nint main() { return sum(1, 2) == 3 ? 0 : 1; }\n',
  });
  const broken = await flow('cmake', ['configure', 'build', 'test']);
  assert.deepEqual(
    broken.steps.map(({ success }) => success),
    [false, false, false],
  );
  const phases = () =>
    run(domainGraph('systems', { cwd }), { handlers: domainHandlers({ runtime, cwd }), output: 'last' }).result;
  await assert.rejects(phases(), /Phase configure failed/);
  await runtime.writeFile('sum.cpp', 'int sum(int a, int b) { return a - b; }\n');
  assert.equal((await flow('cmake', ['configure', 'build'])).success, true);
  await assert.rejects(phases(), /Phase test failed/);
  await runtime.writeFile('sum.cpp', 'int sum(int a, int b) { return a + b; }\n');
  assert.equal(((await phases()) as { success: boolean }).success, true);
  await runtime.files.remove('build', { recursive: true });
  const alone = await flow('cmake', ['test']);
  assert.deepEqual([alone.success, alone.handlers], [true, ['not-built']]);
});

test('cmake: a missing compiler, package and project file are told apart', { skip: missing('cmake') }, async (test) => {
  const { runtime, flow } = await open(test, { 'CMakeLists.txt': listFile });
  const advice = async (env = {}): Promise<string> => (await flow('cmake', ['configure'], {}, env)).first.advice ?? '';
  assert.match(await advice({ CXX: '/nowhere/c++' }), /compiler/);
  const needy = 'cmake_minimum_required(VERSION 3.10)\nproject(a NONE)\nfind_package(NothingSuch REQUIRED)\n';
  await runtime.writeFile('CMakeLists.txt', needy);
  assert.match(await advice(), /does not find NothingSuch/);
  await runtime.files.remove('CMakeLists.txt');
  assert.match(await advice(), /no CMakeLists\.txt/);
});

test('gdb: a breakpoint and a backtrace in a program of two files; a program or place that is not there', {
  skip: missing('gdb') || missing('g++'),
}, async (test) => {
  const { flow } = await open(
    test,
    {
      'deep.cpp': 'int deep(const int *from, int depth) { return depth == 0 ? *from : deep(from, depth - 1); }\n',
      'main.cpp':
        'int deep(const int *, int);\nint main(int count, char **) { return deep(count > 1 ? &count : nullptr, 2); }\n',
    },
    'g++ -g -O0 -o crash main.cpp deep.cpp',
  );
  const values = { program: './crash', place: 'deep.cpp:1', expression: 'depth + 40' };
  const { success, steps } = await flow('gdb', ['backtrace', 'inspect'], values);
  assert.ok(success);
  assert.match(steps[0]?.output ?? '', /SIGSEGV[\s\S]*#2 .*deep \(from=0x0, depth=2\)[\s\S]*#3 .*main \(count=1/);
  assert.match(steps[1]?.output ?? '', /= 42/);
  const lost = await flow('gdb', ['backtrace', 'inspect', 'batch'], { ...values, program: './nothing' });
  for (const { success, advice } of lost.steps)
    assert.deepEqual([success, advice?.includes('./nothing')], [false, true]);
  const unknown = await flow('gdb', ['inspect'], { ...values, place: 'shallow' });
  assert.deepEqual([unknown.success, unknown.first.advice?.includes('no such place')], [false, true]);
});

test('pdb: a crash is looked at after the fact, and the debugger ends', { skip: missing('python3') }, async (test) => {
  const { flow } = await open(test, { 'crash.py': 'def deep(x):\n    y = x - 3\n    return 1 / y\ndeep(3)\n' });
  const { success, first } = await flow('pdb', ['postMortem'], { program: 'crash.py' });
  assert.equal(success, true, first.output);
  assert.match(first.output, /ZeroDivisionError[\s\S]*crash\.py\(4\)<module>\(\)[\s\S]*crash\.py\(3\)deep\(\)/);
});
