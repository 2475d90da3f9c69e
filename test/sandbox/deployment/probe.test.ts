import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RexError } from '../../../src/core/errors.ts';
import { runTrial, sandboxRefused } from '../../../src/sandbox/deployment/bubblewrap/probe.ts';
import { findProgram, requireProgram } from '../../../src/sandbox/deployment/bubblewrap/programs.ts';

const trial = { exitCode: 1, pid: 1 };

test('a kernel that refuses user namespaces is named, with what to do', () => {
  for (const message of [
    'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.',
    'bwrap: setting up uid map: Permission denied',
    'bwrap: Creating new namespace failed: Operation not permitted',
  ]) {
    const error = sandboxRefused({ ...trial, message });
    assert.ok(RexError.is(error, 'DEPLOYMENT_START_FAILED'));
    assert.equal(error.context.reason, message);
    assert.match(
      error.hint ?? '',
      /unprivileged_userns_clone.*apparmor_restrict_unprivileged_userns.*seccomp=unconfined/,
    );
  }
});

test('a path that the sandbox cannot reach, and anything else, get their own advice', () => {
  const unreachable = sandboxRefused({
    ...trial,
    message: "bwrap: Can't find source path /home/a/b: Permission denied",
  });
  assert.match(unreachable.hint ?? '', /workspace/);
  const silent = sandboxRefused({ ...trial, exitCode: 126, message: '' });
  assert.match(silent.message, /exit code 126/);
});

test('a program that is missing is named with the command that installs it', () => {
  assert.equal(findProgram('hrm-rex-no-such-program'), undefined);
  assert.throws(
    () => requireProgram('hrm-rex-no-such-program', 'bubblewrap'),
    (error) => RexError.is(error, 'DEPENDENCY_MISSING') && error.context.install === 'apt-get install bubblewrap',
  );
});

test('a trial reports its exit code and its error output, and ends when it is aborted', async () => {
  const launch = { cwd: '/', env: {} };
  const argv = ['/bin/sh', '-c', 'echo no >&2; exit 3'] as const;
  const { exitCode, message } = await runTrial({ ...launch, argv: [...argv] }, new AbortController().signal);
  assert.deepEqual({ exitCode, message }, { exitCode: 3, message: 'no' });
  const endless = { ...launch, argv: ['/bin/sh', '-c', 'trap "" TERM; while :; do :; done'] as [string, ...string[]] };
  const controller = new AbortController();
  const running = runTrial(endless, controller.signal);
  controller.abort();
  await assert.rejects(running, { name: 'AbortError' });
});
