import assert from 'node:assert/strict';
import { openSession, type SessionKind } from './session-kind.ts';
import type { RuntimeSuite } from './suite.ts';

/** One script, what the next one then sees. */
const memories: readonly (readonly [
  remembers: string,
  first: string,
  then: string,
  prints: string,
  ...needs: 'bash'[],
])[] = [
  ['the directory', 'mkdir sub; cd sub', 'basename "$PWD"; basename "$OLDPWD" >/dev/null', 'sub\n'],
  ['variables', "x='a  b'", 'echo "$x"', 'a  b\n'],
  ['exported variables', 'export X=1', "sh -c 'echo $X'", '1\n'],
  ['arrays', 'a=(1 2 3)', 'echo ${a[2]}', '3\n', 'bash'],
  ['functions', 'f() { echo "f $1"; }', 'f x', 'f x\n'],
  ['aliases', "alias hello='echo hi from alias'", 'hello', 'hi from alias\n'],
  [
    'shell options',
    'shopt -s extglob nullglob',
    'case ab in @(ab|cd)) echo match;; esac; echo no*such',
    'match\n\n',
    'bash',
  ],
  ['set options', 'set -o pipefail', 'false | true; echo $?', '1\n', 'bash'],
  ['the unset option', 'set -u', 'echo "${missing-fallback}"', 'fallback\n'],
  ['positional parameters', 'set -- a "b c"', 'echo $# "$2"', '2 b c\n'],
  ['the umask', 'umask 077', 'umask', '0077\n'],
  ['the last exit code', '(exit 9)', 'echo $?', '9\n'],
  ['the last exit code of a failed line', 'false', 'echo $?', '1\n'],
  ['IFS', 'IFS=,', 'v=a,b; printf "<%s>" $v', '<a><b>'],
  ['disabled globbing', 'set -f', 'echo *', '*\n'],
  ['open descriptors', 'exec 5>log; echo one >&5', 'echo two >&5; exec 5>&-; cat log', 'one\ntwo\n'],
  ['the directory stack', 'pushd / >/dev/null', 'dirs | cut -c1; popd >/dev/null', '/\n', 'bash'],
  ['traps on signals', "trap 'echo usr1' USR1", 'kill -USR1 $$', 'usr1\n'],
  ['traps on errors', "trap 'echo failed' ERR", 'false; true', 'failed\n', 'bash'],
  ['readonly variables', 'readonly fixed=1', 'echo $fixed', '1\n'],
  ['read-ahead of a file', 'printf "a\\nb\\n" >in; exec 6<in; read x <&6', 'read y <&6; echo $x$y', 'ab\n'],
  [
    'the secret of a random seed',
    'RANDOM=42; a=$RANDOM; RANDOM=42',
    '[[ $RANDOM == $a ]] && echo same',
    'same\n',
    'bash',
  ],
];

/** What a session remembers from one run to the next. */
export function sessionStateCases(suite: RuntimeSuite, kind: SessionKind): void {
  const test = suite.group(kind.name, ...kind.needs);
  const testBash = suite.group(kind.name, ...kind.needs, 'bash');

  for (const [remembers, first, then, prints, bash] of memories) {
    (bash ? testBash : test)(`remembers ${remembers}`, async (context) => {
      const session = await openSession(context, kind);
      await session.run(first);
      const { stdout, stderr } = await session.run(then);
      assert.deepEqual([stdout, stderr], [prints, '']);
    });
  }

  testBash('remembers background jobs', async (context) => {
    const session = await openSession(context, kind);
    const started = await session.run('sleep 1000 &\nsleep 1000 &');
    assert.deepEqual([started.output, started.exitCode], ['', 0]);
    assert.equal((await session.run('jobs -p | wc -l | tr -d " "')).output, '2\n');
    const killed = await session.run('kill %1 %2; wait %1; status=$?; wait; echo $status');
    assert.match(killed.output, /143\n$/);
    assert.equal((await session.run('kill -0 $! 2>/dev/null; echo $?')).output, '1\n');
  });

  test('waits for a background job of an earlier run', async (context) => {
    const session = await openSession(context, kind);
    await session.run('(exit 5) &');
    assert.equal((await session.run('wait $!')).exitCode, 5);
  });

  testBash('leaves no more variables behind from run to run', async (context) => {
    const session = await openSession(context, kind);
    const before = await session.run('x=1; compgen -v | grep -c .');
    await session.run('echo some more');
    assert.equal((await session.run('compgen -v | grep -c .')).output, before.output);
  });

  test('writes no history', async (context) => {
    const { directory, runtime } = context;
    const session = await openSession(context, kind, { env: { HOME: directory } });
    await session.run('echo one');
    await session.run('echo two');
    assert.equal((await session.run('{ history; fc -l; } 2>/dev/null; true')).output, '');
    await session.close();
    const names = (await runtime.files.list(directory)).map((entry) => entry.name);
    assert.deepEqual(names, []);
  });

  test('shares nothing with another session', async (context) => {
    const session = await openSession(context, kind);
    const other = await openSession(context, kind, { session: 'other' });
    await session.run('x=1; cd /; f() { :; }');
    assert.equal(
      (await other.run('echo "${x-none}"; [ "$PWD" = / ] || echo elsewhere; type f >/dev/null 2>&1 && echo f')).output,
      'none\nelsewhere\n',
    );
  });
}
