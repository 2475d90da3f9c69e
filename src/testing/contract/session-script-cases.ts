import assert from 'node:assert/strict';
import { expectError } from './expect-error.ts';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeContext, RuntimeSuite } from './suite.ts';

interface ScriptRow {
  readonly runs: string;
  readonly script: string;
  readonly prints?: string;
  readonly exits?: number;
  /** What only bash does. */
  readonly bash?: true;
}

/** Scripts that bash understands, with what they print and how they end. */
const scripts: readonly ScriptRow[] = [
  { runs: 'a command', script: 'echo hi', prints: 'hi\n' },
  { runs: 'several lines', script: 'echo one\necho two\n\necho three\n', prints: 'one\ntwo\nthree\n' },
  { runs: 'nothing', script: '' },
  { runs: 'blanks and newlines', script: ' \n\t\n  ' },
  { runs: 'a comment', script: '# only a comment' },
  { runs: 'comments between and behind commands', script: '# a\necho b # c\n# d', prints: 'b\n' },
  { runs: 'a heredoc', script: 'cat <<END\na $((1 + 1))\nEND', prints: 'a 2\n' },
  { runs: 'a heredoc with a quoted delimiter', script: "cat <<'E N D'\n$x `y` \\\nE N D\n", prints: '$x `y` \\\n' },
  { runs: 'a heredoc followed by a command', script: 'cat <<END\na\nEND\necho b', prints: 'a\nb\n' },
  { runs: 'two heredocs', script: 'cat <<A\na\nA\ncat <<"B"\n$b\nB\n', prints: 'a\n$b\n' },
  { runs: 'two heredocs of one line', script: 'cat <<A - <<B\na\nA\nb\nB', prints: 'b\n' },
  { runs: 'a heredoc with stripped tabs', script: 'cat <<-END\n\t\ta\n\tEND\necho b', prints: 'a\nb\n' },
  { runs: 'a heredoc in a pipeline', script: "tr a-z A-Z <<END | rev\nit's\nEND", prints: "S'TI\n" },
  { runs: 'a here-string', bash: true, script: 'x="a  b"; cat <<<"$x"', prints: 'a  b\n' },
  { runs: 'case', script: 'case abc in\n  a*) echo yes;;\n  *) echo no;;\nesac', prints: 'yes\n' },
  {
    runs: 'arrays',
    bash: true,
    script: 'a=(1 "2 3" 4)\na+=(5)\nprintf "<%s>" "${a[@]}" ${#a[@]}',
    prints: '<1><2 3><4><5><4>',
  },
  { runs: 'associative arrays', bash: true, script: 'declare -A m=([k]=v)\necho "${m[k]}"', prints: 'v\n' },
  {
    runs: '[[ ]] with a regular expression',
    bash: true,
    script: '[[ ab12 =~ ^([a-z]+)([0-9]+)$ ]] && echo "${BASH_REMATCH[2]}"',
    prints: '12\n',
  },
  { runs: '(( )) and its status', bash: true, script: '(( 3 > 4 ))', exits: 1 },
  {
    runs: 'loops',
    bash: true,
    script: 'for ((i = 0; i < 3; i++)); do echo $i; done\nwhile read -r l; do echo "<$l>"; done < <(echo x)',
    prints: '0\n1\n2\n<x>\n',
  },
  { runs: 'functions', script: 'f() {\n  local x=$1\n  echo "f $x"\n  return 4\n}\nf a', prints: 'f a\n', exits: 4 },
  { runs: 'a background command followed by a line', script: 'true &\necho next\nwait', prints: 'next\n' },
  { runs: 'continued lines', script: 'echo one \\\n  two && \\\necho three', prints: 'one two\nthree\n' },
  { runs: 'pipelines, with the last status', script: 'echo a | tr a b; false | true', prints: 'b\n' },
  { runs: 'pipelines with pipefail', bash: true, script: 'set -o pipefail; false | true', exits: 1 },
  {
    runs: 'subshells and substitutions',
    script: '(cd /; echo $(pwd)); echo "$(echo "$(echo deep)")"',
    prints: '/\ndeep\n',
  },
  { runs: 'brace groups and redirections', script: '{ echo a; echo b >&2; } >f 2>&1; cat f', prints: 'a\nb\n' },
  {
    runs: 'exclamation marks as they are',
    script: 'echo "hello!echo world" !! !x; ! false',
    prints: 'hello!echo world !! !x\n',
  },
  { runs: 'tabs as they are', script: "printf '%s' 'a\tb' | od -An -c | tr -d ' '", prints: 'a\\tb\n' },
  { runs: 'text of every script', script: "echo 'größe 日本 🎉'", prints: 'größe 日本 🎉\n' },
  {
    runs: 'a pipe that is closed early',
    bash: true,
    script: 'yes | head -n 1; echo ${PIPESTATUS[0]}',
    prints: 'y\n141\n',
  },
  { runs: 'a subshell that exits', script: 'echo a; (exit 7)', prints: 'a\n', exits: 7 },
  { runs: 'a program that a signal ends', bash: true, script: "sh -c 'kill -9 $$'", exits: 137 },
  { runs: 'a missing program', script: 'hrm-rex-no-such-program 2>/dev/null', exits: 127 },
  {
    runs: 'windows line ends inside quotes',
    script: "printf %s 'a\r\nb' | od -An -tx1 | tr -d ' '",
    prints: '610d0a62\n',
  },
];

/** What a session's shell understands. */
export function sessionScriptCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  for (const { runs, script, prints = '', exits = 0, bash } of scripts) {
    const run = async (context: RuntimeContext) => {
      const session = await openSession(context, kind);
      const { stdout, exitCode, stderr } = await session.run(script);
      assert.deepEqual({ stdout, exitCode, stderr }, { stdout: prints, exitCode: exits, stderr: '' });
      const next = await session.run('echo next; (exit 3)');
      assert.deepEqual([next.output, next.exitCode], ['next\n', 3]);
    };
    (bash ? testBash : test)(`runs ${runs}`, run);
  }

  test('returns exit codes from 0 to 255', async (context) => {
    const session = await openSession(context, kind);
    for (const code of [0, 1, 2, 126, 127, 128, 130, 137, 254, 255]) {
      assert.equal((await session.run(`(exit ${code})`)).exitCode, code);
    }
  });

  test('hands every byte of a script to bash unchanged', async (context) => {
    const session = await openSession(context, kind);
    const bytes = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1).filter((byte) => byte !== 0x27));
    const script = Buffer.concat([Buffer.from("printf %s '"), bytes, Buffer.from("' | od -An -v -tx1 | tr -d ' \\n'")]);
    assert.equal((await session.run(script)).output, bytes.toString('hex'));
  });

  test('takes a script of a megabyte', async (context) => {
    const session = await openSession(context, kind);
    const line = 'total=$((total + 1)) # padding padding padding padding\n';
    const result = await session.run(`total=0\n${line.repeat(19_000)}echo $total`);
    assert.deepEqual([result.output, result.exitCode], ['19000\n', 0]);
  });

  const broken = {
    'if without end': 'if true; then\necho no',
    'an open quote': 'echo "abc',
    'a lone parenthesis': 'echo a )',
    'a lone done': 'done',
  };
  for (const [what, script] of Object.entries(broken)) {
    test(`reports ${what} and goes on`, async (context) => {
      const session = await openSession(context, kind);
      await session.run('kept=here');
      const result = await session.run(script);
      assert.equal(result.exitCode, 2);
      assert.match(result.stderr + result.output, /syntax error|unexpected/i);
      assert.equal((await session.run('echo $kept')).output, 'here\n');
    });
  }

  test('runs what stands before a syntax error, as bash does', async (context) => {
    const session = await openSession(context, kind);
    const result = await session.run('echo before\nfi\necho after');
    assert.match(result.stdout, /^before\n/);
    assert.doesNotMatch(result.stdout, /^after$/m);
  });

  test('runs nothing of a script that does not parse when it is to be validated', async (context) => {
    const session = await openSession(context, kind);
    const { context: facts } = await expectError(session.run('echo before\nfi', { validate: true }), 'SESSION_SYNTAX');
    assert.equal(facts.session, session.name);
    assert.doesNotMatch(facts.output, /^before$/m);
    assert.match(facts.output, /syntax error/i);
    assert.equal((await session.run('echo on', { validate: true })).output, 'on\n');
  });

  testBash('validates by the options of the session', async (context) => {
    const session = await openSession(context, kind);
    await session.run('shopt -s extglob');
    assert.equal((await session.run('echo a@(b)c', { validate: true })).exitCode, 0);
  });
}
