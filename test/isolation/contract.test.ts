import { test } from 'node:test';
import { openSandbox } from '../../src/sandbox/deployment/bubblewrap/open-sandbox.ts';
import { SandboxedFiles } from '../../src/sandbox/deployment/sandboxed-files/sandboxed-files.ts';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { runtimeContract } from '../../src/testing/runtime-contract.ts';
import { hasBubblewrap } from './bubblewrap.ts';

/** What differs in a sandbox by its nature, with the reason; sessions.test.ts and lifetime.test.ts show what holds there. */
const differences: readonly (readonly [case_: RegExp, reason: string])[] = [
  [
    /^execute: (returns the signal|raises COMMAND_FAILED for a signal|returns what was printed right before a hard end)/,
    'a program that a signal ends shows as exit code 128 + n',
  ],
  [/^terminal: returns exit codes and signals$/, 'a program that a signal ends shows as exit code 128 + n'],
  [/^session( on a terminal)?: ends by SIGKILL/, 'a program that a signal ends shows as exit code 128 + n'],
  [
    /^spawn: (knows its command|kills with another ending signal)|^attach: can kill what another handle started$/,
    'a signal is lost while the program is on its way in, SIGKILL follows after the grace',
  ],
  [/^spawn: delivers a signal that ends nothing$/, 'the process id is that of bubblewrap'],
  [/^runtime: leaves no process when it is closed$/, 'what a command leaves running ends with it'],
];

if (hasBubblewrap) {
  const { isolation, workspace: cwd, env, finder, owner } = await openSandbox({}, new AbortController().signal);
  test.after(() => isolation.dispose());
  const files = new SandboxedFiles({ finder, owner, cwd });
  runtimeContract({
    test: (name, run) => {
      const reason = differences.find(([pattern]) => pattern.test(name))?.[1];
      test(name, reason === undefined ? {} : { skip: reason }, run);
    },
    makeRuntime: () => new LocalRuntime({ cwd, env, isolation, files }),
    capabilities: { python: true },
  });
}
