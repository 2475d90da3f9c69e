import type { RecoveryAction } from '../model/prediction.ts';

/** What steps of some kinds of agents print, and what should follow. */
export interface KnownEnding {
  readonly agents: readonly string[];
  readonly action: RecoveryAction;
  /** Exit status; undefined for a step that did not end by itself. */
  readonly exitCode: number | undefined;
  readonly texts: readonly string[];
}

const everybody = ['python', 'javascript-typescript', 'rust', 'go', 'java', 'c-cpp', 'test', 'build', 'docker', 'git'];

/** Endings of steps that no handler of a preset knows: faults of code, of places and of access, and successes. */
export const otherEndings: readonly KnownEnding[] = [
  {
    agents: ['python', 'test', 'debug'],
    action: 'fix',
    exitCode: 1,
    texts: [
      'Traceback (most recent call last):\n  File "{file}", line {line}, in <module>\nNameError: name \'{word}\' is not defined',
      '  File "{file}", line {line}\nSyntaxError: invalid syntax',
      "ModuleNotFoundError: No module named '{word}'",
      'E       assert {line} == {other}\nFAILED {file}::test_{word} - AssertionError',
      "TypeError: {word}() missing 1 required positional argument: '{word}'",
    ],
  },
  {
    agents: ['javascript-typescript', 'web', 'test', 'debug'],
    action: 'fix',
    exitCode: 1,
    texts: [
      "{file}({line},7): error TS2322: Type 'string' is not assignable to type 'number'.",
      "TypeError: Cannot read properties of undefined (reading '{word}')\n    at {file}:{line}:12",
      'not ok {line} - {word}\n  error: Expected values to be strictly equal:\n  {line} !== {other}',
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/{word}/{file}'",
      "{file}:{line}:3  error  '{word}' is assigned a value but never used  no-unused-vars",
    ],
  },
  {
    agents: ['rust', 'systems', 'test'],
    action: 'fix',
    exitCode: 101,
    texts: [
      'error[E0382]: borrow of moved value: `{word}`\n --> {file}:{line}:13',
      'error[E0425]: cannot find value `{word}` in this scope',
      "thread '{word}' panicked at {file}:{line}:\nassertion `left == right` failed",
      'test result: FAILED. {line} passed; 1 failed; 0 ignored',
    ],
  },
  {
    agents: ['go', 'test', 'devops'],
    action: 'fix',
    exitCode: 1,
    texts: [
      './{file}:{line}:9: undefined: {word}',
      './{file}:{line}:2: declared and not used: {word}',
      '--- FAIL: Test{word} (0.00s)\n    {file}:{line}: got {line}, want {other}\nFAIL',
      'panic: runtime error: index out of range [{line}] with length {other}',
    ],
  },
  {
    agents: ['java', 'test', 'build'],
    action: 'fix',
    exitCode: 1,
    texts: [
      '{file}:{line}: error: cannot find symbol\n  symbol:   variable {word}',
      'Exception in thread "main" java.lang.NullPointerException\n\tat {word}.main({file}:{line})',
      '[ERROR] Tests run: {line}, Failures: 1, Errors: 0\n[ERROR] There are test failures.',
    ],
  },
  {
    agents: ['c-cpp', 'systems', 'build', 'debug'],
    action: 'fix',
    exitCode: 2,
    texts: [
      "{file}:{line}:5: error: '{word}' was not declared in this scope",
      "/usr/bin/ld: {word}.o: undefined reference to `{word}'\ncollect2: error: ld returned 1 exit status",
      "{file}:{line}: Assertion `{word} == {other}' failed.\nAborted (core dumped)",
      'make: *** [Makefile:{line}: {word}.o] Error 1',
      'Segmentation fault (core dumped)',
    ],
  },
  {
    agents: ['docker', 'devops'],
    action: 'fix',
    exitCode: 1,
    texts: [
      'ERROR: failed to solve: process "/bin/sh -c {word}" did not complete successfully: exit code: 1',
      'failed to compute cache key: "/{file}": not found',
      'yaml: line {line}: mapping values are not allowed in this context',
    ],
  },
  {
    agents: ['docs', 'web'],
    action: 'fix',
    exitCode: 1,
    texts: [
      '{file}:{line} MD009/no-trailing-spaces Trailing spaces',
      "WARNING: document isn't included in any toctree\nbuild finished with problems, {line} warnings (with warnings treated as errors).",
      'broken link: {file}#{word}',
    ],
  },
  {
    agents: everybody,
    action: 'other-tool',
    exitCode: 127,
    texts: [
      'sh: 1: {word}: not found',
      'bash: line 1: {word}: command not found',
      "env: '{word}': No such file or directory",
      '{word}: error while loading shared libraries: lib{word}.so: cannot open shared object file',
    ],
  },
  {
    agents: [...everybody, 'package-manager'],
    action: 'other-tool',
    exitCode: 1,
    texts: [
      'error: no such command: `{word}`',
      'unknown option --{word}; this version does not support it',
      '{word} requires version {version} or newer, found {version}',
      'This command is deprecated and has been removed. Use {word} instead.',
      'Unsupported engine: wanted {version}, got {version}',
    ],
  },
  {
    agents: [...everybody, 'package-manager', 'devops', 'ml-data'],
    action: 'retry',
    exitCode: 1,
    texts: [
      'curl: (28) Operation timed out after {line}000 milliseconds',
      'HTTP 503 Service Unavailable: try again later',
      'error: 429 Too Many Requests',
      'Resource temporarily unavailable',
      'bash: ./{word}: Text file busy',
      'Error: listen EADDRINUSE: address already in use :::{line}',
      'database is locked',
    ],
  },
  {
    agents: [...everybody, 'web', 'ml-data', 'devops'],
    action: 'retry',
    exitCode: undefined,
    texts: [
      '',
      'downloading {package} {version} …',
      'waiting for {host}',
      'connection to the sandbox was lost',
      '[{line}/{other}] {word}',
    ],
  },
  {
    agents: [...everybody, 'security', 'devops', 'package-manager'],
    action: 'escalate',
    exitCode: 1,
    texts: [
      'write {file}: no space left on device',
      'fatal: Authentication failed for https://{host}/{word}.git/',
      'remote: Permission to {word}/{word}.git denied to {word}.',
      'HTTP 401 Unauthorized: bad credentials',
      'HTTP 403 Forbidden: the token lacks the scope {word}',
      'mkdir: cannot create directory /{word}: Permission denied',
      'OSError: [Errno 30] Read-only file system: {file}',
      'remote: error: GH006: Protected branch update failed for refs/heads/main.',
      '{word} has to be approved by a person first',
    ],
  },
  {
    agents: [...everybody, 'ml-data', 'systems'],
    action: 'escalate',
    exitCode: 137,
    texts: [
      'Killed',
      'fatal error: out of memory allocating {line}00000 bytes',
      'torch.OutOfMemoryError: CUDA out of memory.',
    ],
  },
  {
    agents: [...everybody, 'web', 'docs', 'devops', 'package-manager', 'security', 'ml-data', 'systems', 'debug'],
    action: 'run',
    exitCode: 0,
    texts: [
      '',
      'ok',
      'Tests: {line} passed, {line} total',
      'test result: ok. {line} passed; 0 failed',
      'added {line} packages in {other}s',
      'Successfully installed {package}-{version}',
      'Finished `dev` profile [unoptimized + debuginfo] target(s) in {line}.{other}s',
      'BUILD SUCCESS',
      '[main {word}] {word}\n {line} files changed',
      'warning: unused variable `{word}`\nFinished',
      'DeprecationWarning: {word} is deprecated\n{line} passed in {other}s',
    ],
  },
];
