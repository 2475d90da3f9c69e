import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomId } from '../../../src/core/ids.ts';
import type { Session } from '../../../src/sandbox/session/session.ts';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { makeGate } from '../../../src/testing/contract/lifeline.ts';
import { leftoverProcesses } from '../../../src/testing/leftover-processes.ts';
import { LocalTarget } from './local-target.ts';
import { findProgram, makeSmallMachine } from './shells.ts';

const busybox = findProgram('busybox');
const dash = findProgram('dash');
const shells: readonly (readonly [name: string, makeTarget: (() => LocalTarget) | undefined])[] = [
  ['busybox sh', busybox ? makeSmallMachine(busybox) : undefined],
  ['dash', busybox && dash ? makeSmallMachine(dash) : undefined],
];

/** What throws a shell back to its top level, with the status and a word of the message. */
const errors: readonly (readonly [what: string, script: string, exitCode: number, says: RegExp])[] = [
  ['an open quote', 'echo "abc', 2, /nterminated/],
  ['an open if', 'echo one\nif true; then', 2, /^one\n.*expecting/s],
  ['a readonly variable', 'readonly fixed=1; fixed=2; echo no', 2, /read only/],
  ['a missing file to source', '. /no/such/file; echo no', 2, /no\/such\/file/],
  ['an unset variable', 'set -u; echo "$missing"; echo no', 2, /parameter not set/],
  ['a bad substitution', 'echo "${x?is needed}"; echo no', 2, /is needed/],
];

for (const [name, makeTarget] of shells) {
  const skip = makeTarget === undefined ? 'it is not installed' : false;
  const withSession = async (use: (session: Session, runtime: TargetRuntime) => Promise<void>, pty = false) => {
    await using runtime = await new TargetRuntime((makeTarget as () => LocalTarget)()).open();
    await use(await runtime.createSession({ pty }), runtime);
  };

  for (const [what, script, exitCode, says] of errors) {
    test(`${name}: survives ${what}`, { skip }, () =>
      withSession(async (session) => {
        await session.run('kept=here; f() { echo "$kept"; }');
        const failed = await session.run(script);
        assert.equal(failed.exitCode, exitCode);
        assert.match(failed.output, says);
        assert.doesNotMatch(failed.output, /^no$/m);
        const next = await session.run('echo $?; f');
        assert.deepEqual([next.output, next.exitCode], [`${exitCode}\nhere\n`, 0]);
      }),
    );
  }

  for (const pty of [false, true]) {
    test(
      `${name}${pty ? ' on a terminal' : ''}: lives on when a job ends, or a signal comes, while it is idle`,
      { skip },
      () =>
        withSession(async (session, runtime) => {
          const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-idle-'));
          const gate = await makeGate(runtime, directory, 'gate');
          const { output } = await session.run(`cd ${directory}; cat gate >/dev/null & echo $!`);
          await gate.open();
          const status = `/proc/${output.trim()}/status`;
          await runtime.execute(`until grep -q 'State:.Z' ${status} || [ ! -e ${status} ]; do sleep 0.01; done`);
          await runtime.execute(`for s in URG CHLD WINCH INT; do kill -s $s ${session.pid}; done`);
          await rm(directory, { recursive: true });
          assert.equal((await session.run('echo on')).output, 'on\n');
        }, pty),
    );
  }

  test(`${name}: is exact after functions named like its builtins`, { skip }, () =>
    withSession(async (session) => {
      for (const word of ['printf', 'read', 'kill', 'test', 'true', 'command', 'echo2']) {
        await session.run(`${word}() { :; }`);
        const result = await session.run('echo out; (exit 5)');
        assert.deepEqual([result.output, result.exitCode, result.backgroundOutput], ['out\n', 5, ''], word);
      }
    }),
  );

  test(`${name}: ends by exit with its code, and leaves nothing`, { skip }, async () => {
    const id = randomId();
    const target = (makeTarget as () => LocalTarget)();
    await using runtime = await new TargetRuntime(target).open();
    const session = await runtime.createSession({ env: { HRM_REX_TEST: id } });
    const script = 'setsid sleep 1000 & nohup sleep 1000 >/dev/null 2>&1 & echo bye; exit 9';
    const { context } = await expectError(session.run(script), 'SESSION_ENDED');
    assert.deepEqual([context.exitCode, context.output], [9, 'bye\n']);
    await session.close();
    assert.deepEqual(await leftoverProcesses({ variable: 'HRM_REX_TEST', value: id }), []);
    assert.equal(target.live, 1, 'the attendant alone is left');
  });
}

test('takes sh where bash is, when asked to', async () => {
  await using runtime = await new TargetRuntime(new LocalTarget()).open();
  const session = await runtime.createSession({ shell: '/bin/sh', env: { ENV: '/dev/null' } });
  const result = await session.run(
    'echo "${BASH_VERSION-none} $ENV ${HRM_REX_ENV-none} ${PS1-none}"; env | grep -c "^PS1="',
  );
  assert.deepEqual([result.output, result.exitCode], ['none /dev/null none \n0\n', 1]);
});
