import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TargetRuntime } from '../../../src/sandbox/target/target-runtime.ts';
import { expectError } from '../../../src/testing/contract/expect-error.ts';
import { LocalTarget, type LocalTargetOptions } from './local-target.ts';
import { findProgram } from './shells.ts';

const shells: readonly (readonly [name: string, shell: LocalTargetOptions['shell'] | undefined])[] = [
  ['sh', ['/bin/sh', '-c']],
  ['bash', findProgram('bash') ? ['bash', '-c'] : undefined],
  ['dash', findProgram('dash') ? ['dash', '-c'] : undefined],
  ['busybox sh', findProgram('busybox') ? ['busybox', 'sh', '-c'] : undefined],
];

for (const [name, shell] of shells) {
  const skip = shell === undefined ? 'it is not installed' : false;
  const open = (options: LocalTargetOptions = {}): Promise<TargetRuntime> =>
    new TargetRuntime(new LocalTarget({ ...options, ...(shell && { shell }) })).open();

  test(`${name}: hands on every argument and variable as it is`, { skip }, async () => {
    await using runtime = await open();
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
    const law = fc.asyncProperty(fc.array(text, { maxLength: 5 }), text, async (args, value) => {
      const plain = [...args, value].map((part) => Buffer.from(part).toString('utf8'));
      const print = ['sh', '-c', 'printf "%s\\0" "$@" "$V"', 'sh', ...args];
      const { stdout, stderr } = await runtime.execute(print, { env: { V: value } });
      assert.deepEqual([stdout.split('\0').slice(0, -1), stderr], [plain, '']);
    });
    await fc.assert(law, { numRuns: 25 });
  });

  test(`${name}: tells an exit code from the signal with that number`, { skip }, async () => {
    await using runtime = await open();
    const endings = await Promise.all(
      ['kill -9 $$', 'exit 137', 'kill -15 $$', 'exit 143', 'kill -11 $$', 'exit 139', 'kill -13 $$', 'exit 255'].map(
        async (script) => {
          const { exitCode, signal } = await runtime.execute(script);
          return signal ?? exitCode;
        },
      ),
    );
    assert.deepEqual(endings, ['SIGKILL', 137, 'SIGTERM', 143, 'SIGSEGV', 139, 'SIGPIPE', 255]);
  });

  test(`${name}: tells a program that is missing from one that says so`, { skip }, async () => {
    await using runtime = await open();
    const missing = await expectError(runtime.execute(['hrm-rex-no-such-program']), 'COMMAND_NOT_STARTED');
    assert.equal(missing.context.errno, 'ENOENT');
    const refused = await expectError(runtime.execute(['/etc/passwd']), 'COMMAND_NOT_STARTED');
    assert.equal(refused.context.errno, 'EACCES');
    const lost = await expectError(runtime.execute(['true'], { cwd: '/no/such/place' }), 'COMMAND_NOT_STARTED');
    assert.match(lost.message, /\/no\/such\/place/);
    assert.equal((await runtime.execute('exit 127')).exitCode, 127);
    assert.equal((await runtime.execute('exit 126')).exitCode, 126);
  });

  test(`${name}: opens one stream for a command`, { skip }, async () => {
    const target = new LocalTarget(shell ? { shell } : {});
    await using runtime = await new TargetRuntime(target).open();
    const before = target.opened.length;
    await runtime.execute(['true']);
    assert.equal(target.opened.length - before, 1);
    assert.equal(target.live, 1, 'the attendant alone is left');
  });

  test(`${name}: is not misled by a command that prints how it was launched`, { skip }, async () => {
    await using runtime = await open();
    const result = await runtime.execute(
      'cat /proc/$PPID/cmdline /proc/$$/environ; tr "\\0" " " </proc/$PPID/cmdline; exit 6',
    );
    assert.equal(result.exitCode, 6);
    assert.ok(result.stdout.includes('exit 6'), 'all of it is there');
  });

  test(`${name}: sets names that a shell cannot set`, { skip }, async () => {
    await using runtime = await open();
    const env = { PATH: process.env.PATH, 'A.B': 'dots', UID: '77', PWD: '/elsewhere', IFS: ':', PS1: '> ' };
    const { stdout } = await runtime.execute(['env'], { env, inheritEnv: false });
    const shown = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)));
    for (const [variable, value] of Object.entries(env)) assert.equal(shown[variable], value, variable);
    assert.deepEqual(
      Object.keys(shown).filter((variable) => !(variable in env) && !['', '_', 'HRM_REX_TREE'].includes(variable)),
      [],
    );
  });

  test(`${name}: starts a script longer than an argument may be`, { skip }, async () => {
    await using runtime = await open();
    const script = `cat; # ${"it's\n#".repeat(60_000)}\necho end; exit 3`;
    const result = await runtime.execute(script, { stdin: 'input\n' });
    assert.deepEqual([result.output, result.exitCode], ['input\nend\n', 3]);
    const { context } = await expectError(runtime.execute(['echo', 'x'.repeat(200_000)]), 'COMMAND_NOT_STARTED');
    assert.equal(context.errno, 'E2BIG');
  });
}
