import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { within } from '../../../src/testing/contract/within.ts';
import { makeMarkedRuntime } from './marked-runtime.ts';

/** Scripts that work against the session itself. Whatever becomes of it, every call must come to an end. */
const attacks: readonly (readonly [what: string, script: string])[] = [
  ['reads no more commands', 'set -n'],
  ['closes every descriptor', 'for ((fd = 3; fd < 256; fd++)); do eval "exec $fd>&-"; done'],
  ['closes its standard streams', 'exec 0<&- 1>&- 2>&-'],
  ['reads commands from elsewhere', 'exec </dev/null'],
  ['reads commands that never end', 'exec </dev/zero'],
  ['stops itself', 'kill -STOP $$'],
  ['ignores all signals and hangs', "trap '' INT TERM HUP QUIT USR1 USR2; while :; do :; done"],
  ['answers each interrupt with more work', "trap 'while :; do :; done' INT; while :; do :; done"],
  ['allows no more descriptors', 'ulimit -n 10; exec 8>/dev/null 9>/dev/null'],
  ['allows no more file bytes', 'ulimit -f 0'],
  ['overwrites every variable', 'for v in $(compgen -v); do eval "$v=x" 2>/dev/null; done'],
  ['unsets every variable', 'for v in $(compgen -v); do unset "$v" 2>/dev/null; done'],
  ['makes every variable readonly', 'for v in $(compgen -v); do readonly "$v" 2>/dev/null; done'],
  ['disables every builtin', 'enable -n $(compgen -b)'],
  ['redefines every builtin', 'for b in $(compgen -b); do eval "$b() { :; }" 2>/dev/null; done'],
  [
    'aliases every keyword',
    'shopt -s expand_aliases; for k in $(compgen -k) builtin eval printf exec; do alias "$k=echo no"; done',
  ],
  ['becomes a login of another program', 'exec cat'],
  ['fills the pipe and hangs', 'yes | head -c 10000000; sleep 1000'],
  ['prints without an end', 'while :; do echo noise; done'],
  ['replaces itself by a program that fails', 'exec /nowhere/program'],
  ['runs out of stack', 'f() { f; }; f'],
  ['is restricted', 'set -r'],
  ['sends itself signals', 'kill -INT $$; kill -USR1 $$; kill -PIPE $$'],
];

for (const pty of [false, true]) {
  suite(`a script ${pty ? 'on a terminal' : 'on pipes'} that`, { concurrency: 12 }, () => {
    for (const [what, script] of attacks) {
      test(what, async () => {
        const { runtime, assertNothingLeft } = makeMarkedRuntime();
        const session = await runtime.createSession({ loadRc: false, pty });
        const limits = { timeoutMs: 1_000, maxOutputBytes: 100_000 };
        for (const text of [script, 'echo next']) {
          try {
            await within(15_000, session.run(text, limits));
          } catch (error) {
            assert.ok(RexError.is(error), String(error));
          }
        }
        const other = await runtime.createSession({ session: 'other', loadRc: false, pty });
        assert.equal((await other.run('echo fine')).output, 'fine\n');
        await within(15_000, runtime.close());
        await assertNothingLeft();
      });
    }
  });
}
