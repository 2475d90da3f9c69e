import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import * as fc from 'fast-check';
import { LocalRuntime } from '../../../src/sandbox/runtime/local-runtime.ts';
import type { Session, SessionOptions } from '../../../src/sandbox/session/session.ts';
import { bashScript, syntaxSoup } from './bash-grammar.ts';

interface Outcome {
  readonly stdout: string;
  readonly exitCode: number | null;
}

const base = await mkdtemp(join(tmpdir(), 'hrm-rex-laws-'));
const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: base, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const runtime = new LocalRuntime({ env });
/** Multiplies how much is tried; for longer hunts. */
const effort = Number(process.env.HRM_REX_EFFORT ?? 1);
let directories = 0;

after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

/** An empty directory; all have the same last name, which scripts may print. */
async function makeDirectory(): Promise<string> {
  const path = join(base, String(++directories), 'place');
  await mkdir(path, { recursive: true });
  return path;
}

/** What bash itself makes of a script in a file. */
async function runFile(script: string): Promise<Outcome> {
  const cwd = await makeDirectory();
  const file = join(cwd, '..', 'script.sh');
  await writeFile(file, script);
  return await new Promise((resolve) => {
    const child = execFile('bash', [file], { cwd, env, encoding: 'buffer' }, (_, stdout) => {
      resolve({ stdout: stdout.toString('utf8'), exitCode: child.exitCode });
    });
    child.stdin?.end();
  });
}

/** What a new session makes of scripts, one after the other. */
async function runInSession(scripts: readonly string[], options: SessionOptions = {}): Promise<Outcome> {
  const name = `s${++directories}`;
  const cwd = await makeDirectory();
  const session: Session = await runtime.createSession({
    session: name,
    loadRc: false,
    streams: 'separate',
    cwd,
    ...options,
  });
  try {
    let stdout = '';
    let exitCode: number | null = 0;
    for (const script of scripts) {
      const result = await session.run(script, { timeoutMs: 5_000 });
      stdout += result.stdout;
      exitCode = result.exitCode;
      assert.equal(result.backgroundOutput, '');
    }
    return { stdout, exitCode };
  } finally {
    void session.close();
  }
}

async function assertSame(
  script: string,
  scripts: readonly string[] = [script],
  options: SessionOptions = {},
): Promise<void> {
  const [expected, actual] = await Promise.all([runFile(script), runInSession(scripts, options)]);
  assert.deepEqual(actual, expected);
}

suite('laws of a session', { concurrency: 4 }, () => {
  test('a random script prints and returns what `bash file.sh` does', async () => {
    await fc.assert(
      fc.asyncProperty(bashScript, (script) => assertSame(script)),
      { numRuns: 100 * effort },
    );
  });

  test('a random script does so on a terminal too', async () => {
    const onTerminal = { pty: true, streams: 'merged' } as const;
    await fc.assert(
      fc.asyncProperty(bashScript, (script) => {
        const silent = `exec 2>/dev/null\n${script}`;
        return assertSame(silent, [silent], onTerminal);
      }),
      { numRuns: 30 * effort },
    );
  });

  test('random scripts in one session are one file in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bashScript, { minLength: 2, maxLength: 5 }), (scripts) =>
        assertSame(scripts.join('\n'), scripts),
      ),
      { numRuns: 30 * effort },
    );
  });

  test('random pieces of syntax fail as they do in a file, and leave the session usable', async () => {
    await fc.assert(
      fc.asyncProperty(syntaxSoup, async (script) => {
        const expected = await runFile(script);
        const actual = await runInSession([script]);
        assert.equal(actual.stdout, expected.stdout);
        // At an unexpected end of a file bash keeps the status of an earlier failure; which failure it is, is no matter.
        // And of an unfinished `[[` it makes a success, which a session does not.
        const isAlike = (actual.exitCode === 0) === (expected.exitCode === 0);
        assert.ok(isAlike || (script.includes('[[') && expected.exitCode === 0));
        const after = await runInSession([script, 'echo usable']);
        assert.ok(after.stdout.endsWith('usable\n'));
      }),
      { numRuns: 60 * effort },
    );
  });

  const corners: readonly (readonly [what: string, script: string])[] = [
    ['break and continue outside a loop', 'break; continue; echo on'],
    ['local outside a function', 'local x=1; echo $?'],
    ['a last backslash', 'echo a \\'],
    ['a heredoc without an end', 'cat <<END\na\nb'],
    ['a heredoc without an end or a newline', 'cat <<END\na'],
    ['shift beyond the end', 'shift 5; echo $?'],
    ['line numbers', 'echo $LINENO\n\necho $LINENO'],
    ['the function stack', 'echo "${#FUNCNAME[@]} ${FUNCNAME[0]}"; f() { echo "${FUNCNAME[0]} ${#FUNCNAME[@]}"; }; f'],
    ['subshell depth', 'echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL)'],
    [
      'a trap on DEBUG',
      "trap 'echo debug' DEBUG\necho one\n(echo two)\nf() { echo three; }\nf\ntrap - DEBUG\necho four",
    ],
    ['a trap on ERR', "trap 'echo err $?' ERR\nfalse\n(exit 4)\nfalse || true\nf() { false; }\nf"],
    ['a trap on RETURN', "trap 'echo ret' RETURN\nf() { echo in; }\nf\necho out"],
    ['errexit inside a subshell', '(set -e; false; echo no); echo $?'],
    ['a pipeline status', 'true | (exit 3) | false; echo "${PIPESTATUS[@]}"'],
    ['an alias, which files do not expand', 'shopt -u expand_aliases\nalias hi="echo no"\nhi 2>/dev/null || echo none'],
    ['descriptors', 'exec 3>&1 4>file; echo three >&3; echo four >&4; exec 4>&-; cat file; exec 3>&-'],
    [
      'coprocesses',
      'coproc cat; echo x >&"${COPROC[1]}"; read -r y <&"${COPROC[0]}"; echo "$y"; kill $COPROC_PID; wait $COPROC_PID 2>/dev/null; echo done',
    ],
    ['process substitution', 'diff <(echo a) <(echo b) | head -n 1; cat < <(echo c)'],
    ['nested quotes', `echo "a 'b' \\"c\\" $(echo "d 'e' \\"f\\"") \`echo g\`"`],
    ['mapfile', 'mapfile -t x < <(printf "a\\nb b\\n"); echo "${#x[@]} ${x[1]}"'],
    ['select without input', 'select x in a b; do echo $x; done </dev/null 2>/dev/null; echo $?'],
    ['getopts', 'set -- -a -b v rest; while getopts ab: o; do echo "$o $OPTARG"; done; shift $((OPTIND - 1)); echo $1'],
    ['printf -v and arrays', 'printf -v "q[2]" %05d 42; echo "${q[2]} ${!q[@]}"'],
    ['a carriage return', 'x=$(printf "a\\r\\n"); echo "${#x}"'],
    ['an unset variable as an index', 'a=(1 2); echo "${a[none]}${a[-1]}"'],
    ['extended globs', 'shopt -s extglob\ncase abc in +(a|b|c)) echo yes;; esac'],
    ['a function named like a builtin', 'cd() { builtin cd "$@" && echo "in ${PWD##*/}"; }; mkdir x; cd x'],
    ['time without output', '{ time true; } 2>/dev/null; echo $?'],
    ['exported functions', 'f() { echo from f; }; export -f f; bash -c f'],
    ['a status of a command that a signal ends', "bash -c 'kill -TERM $$'; echo $?"],
    ['input of the script itself', 'read -r x; echo "<$x>$?"'],
    ['wait for nothing', 'wait; echo $?; wait 999999 2>/dev/null; echo $?'],
    ['the options', 'set -u -o pipefail; shopt -o pipefail; set +u; echo $?'],
  ];
  for (const [what, script] of corners) test(`${what}: as in a file`, () => assertSame(script));
});
