import assert from 'node:assert/strict';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** Things users do to their shell after which output and exit code must still be exact. */
const habits: readonly (readonly [after: string, first: string, bash?: 'bash'])[] = [
  ['a new PS1', "PS1='$ '"],
  ['a PS1 with commands', "PS1='$(echo prompt) \\u@\\h\\n> '"],
  ['a new PS2 and PS0', "PS2='more> '; PS0='run> '"],
  ['an unset PS1', 'unset PS1 PS2 PS4'],
  ['a PROMPT_COMMAND', "PROMPT_COMMAND='echo prompt command'"],
  ['a list of PROMPT_COMMANDs', 'PROMPT_COMMAND=("echo one" "echo two")'],
  ['an activated virtual environment', "_OLD=$PS1; PS1='(venv) '$PS1; export PS1 VIRTUAL_ENV=/x; hash -r"],
  ['a trap on EXIT', "trap 'echo leaving' EXIT"],
  ['a trap on RETURN', "trap 'echo returned' RETURN; f() { :; }"],
  ['a trap on ERR', "trap 'echo failed >/dev/null' ERR"],
  ['a trap on SIGCHLD', "trap ':' CHLD"],
  ['set -u', 'set -u'],
  ['set -f', 'set -f'],
  ['set -o posix', 'set -o posix'],
  ['set -C', 'set -C'],
  ['set -a', 'set -a'],
  ['set -m', 'set -m'],
  ['set -h off', 'set +h'],
  ['set -T and -E', 'set -TE'],
  ['set +B', 'set +B'],
  ['set -H', 'set -H'],
  ['shopt -s inherit_errexit lastpipe', 'shopt -s inherit_errexit lastpipe failglob'],
  ['expand_aliases off', 'shopt -u expand_aliases'],
  ['another IFS', "IFS=$'1\\n_ '"],
  ['another LC_ALL', 'export LC_ALL=C'],
  ['an emptied PATH', 'PATH=/nowhere'],
  [
    'aliases of builtins',
    "alias eval='echo no' printf='echo no' .='echo no' exec='echo no' trap='echo no' '['='echo no'",
  ],
  [
    'functions named like builtins',
    'printf() { builtin echo no; }; eval() { :; }; exec() { :; }; trap() { :; }; read() { :; }; unset() { :; }; set() { :; }; export() { :; }',
  ],
  ['functions named builtin and command', 'builtin() { :; }; command() { :; }'],
  ['a function named source', 'source() { :; }; .() { :; }; return() { :; }; test() { :; }'],
  ['disabled builtins', 'enable -n printf trap read set'],
  ['closed standard streams in a subshell', '(exec 0<&- 1>&- 2>&-)'],
  ['many used descriptors', 'for fd in 3 4 5 6 7 8 9 10 20 30; do eval "exec $fd>/dev/null"; done', 'bash'],
  ['closed low descriptors', 'for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done', 'bash'],
  ['stty echo', 'stty echo 2>/dev/null; true'],
  ['a kill of all jobs', 'sleep 1000 & kill $!; wait 2>/dev/null', 'bash'],
  ['a command that reads all input', 'cat >/dev/null </dev/null; true'],
  ['a wait for nothing', 'wait; wait -n 2>/dev/null; true'],
  ['an exported function', 'f() { :; }; export -f f'],
  ['ulimit -c', 'ulimit -c 0'],
  ['a forgotten command table', 'hash -r'],
];

/** Session runs stay exact whatever a script did to the shell. */
export function sessionRobustnessCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  for (const [after, first, bash] of habits) {
    (bash ? testBash : test)(`stays exact after ${after}`, async (context) => {
      const session = await openSession(context, kind);
      await session.run(first);
      for (const code of [0, 3, 1]) {
        const result = await session.run(`echo "out ${code}"; (exit ${code})`);
        const { stdout, stderr, exitCode, backgroundOutput } = result;
        assert.deepEqual({ stdout, stderr, exitCode }, { stdout: `out ${code}\n`, stderr: '', exitCode: code });
        assert.equal(backgroundOutput, '');
      }
    });
  }

  test('traces nothing but the script after set -x', async (context) => {
    const session = await openSession(context, kind);
    await session.run('set -x');
    const result = await session.run('echo one; (exit 4)');
    const traces = kind.options.streams === 'separate' ? result.stderr : result.output.replace(/^one\n/m, '');
    assert.deepEqual(traces.split('\n').filter(Boolean), ['+ echo one', '+ exit 4']);
    assert.equal(result.exitCode, 4);
    const off = await session.run('set +x');
    assert.equal(off.output, '+ set +x\n');
    assert.equal((await session.run('echo quiet')).output, 'quiet\n');
  });

  test('traces with the PS4 of the user', async (context) => {
    const session = await openSession(context, kind);
    await session.run("PS4='trace: '; set -x");
    assert.match((await session.run('true')).output, /^trace: true\n$/);
  });

  test('shows nothing but the script after set -v', async (context) => {
    const session = await openSession(context, kind);
    await session.run('set -v');
    const result = await session.run('echo one\n(exit 4)');
    assert.deepEqual([result.stdout.replaceAll(/^(echo one|\(exit 4\))\n/gm, ''), result.exitCode], ['one\n', 4]);
    const off = await session.run('set +v');
    assert.ok(['', 'set +v\n'].includes(off.output), off.output);
    assert.equal((await session.run('echo quiet')).output, 'quiet\n');
  });

  testBash('runs a DEBUG trap for the script alone', async (context) => {
    const session = await openSession(context, kind);
    await session.run("trap 'echo debug' DEBUG");
    const result = await session.run('echo one; (exit 4)');
    assert.deepEqual([result.stdout, result.exitCode], ['debug\none\n', 4]);
    await session.run('trap - DEBUG');
    assert.equal((await session.run('echo quiet')).output, 'quiet\n');
  });

  testBash('runs an ERR trap once for each failure', async (context) => {
    const session = await openSession(context, kind);
    await session.run("trap 'echo failed' ERR");
    assert.equal((await session.run('false')).output, 'failed\n');
    assert.equal((await session.run('true')).output, '');
  });

  testBash('keeps the value that the user gave PS1 and PROMPT_COMMAND', async (context) => {
    const session = await openSession(context, kind);
    await session.run("PS1='mine> ' PS2='two> ' PROMPT_COMMAND='echo no'");
    assert.equal((await session.run('echo "$PS1|$PS2|$PROMPT_COMMAND"')).output, 'mine> |two> |echo no\n');
  });

  test('knows the exit code when a script sent its own output elsewhere', async (context) => {
    const session = await openSession(context, kind);
    const sent = await session.run('exec >log 2>&1; echo into the file; (exit 6)');
    assert.deepEqual([sent.output, sent.exitCode], ['', 6]);
    const next = await session.run('echo more; cat log >/dev/null; (exit 2)');
    assert.deepEqual([next.output, next.exitCode], ['', 2]);
    assert.equal(await context.runtime.files.readText(`${context.directory}/log`), 'into the file\nmore\n');
  });

  test('knows the exit code when a script closed its output', async (context) => {
    const session = await openSession(context, kind);
    assert.equal((await session.run('exec >&- 2>&-; (exit 6)')).exitCode, 6);
    assert.equal((await session.run('(exit 2)')).exitCode, 2);
  });

  testBash('is not logged out by TMOUT', async (context) => {
    const session = await openSession(context, kind);
    await session.run('TMOUT=1');
    await context.runtime.execute(['sleep', '1.5']);
    assert.equal((await session.run('echo "on $TMOUT"')).output, 'on 1\n');
  });

  test('prints no notices about jobs', async (context) => {
    const session = await openSession(context, kind);
    await session.run('sleep 0 & sleep 1000 &');
    const result = await session.run('kill $!; wait; echo done');
    assert.equal(result.stdout, 'done\n');
    assert.equal((await session.run(':')).output, '');
  });
}
