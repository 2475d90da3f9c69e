import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyRexError, invalidArgument, RexError } from '../../../src/core/errors.ts';
import { exceptionEnvelope, wrapException } from '../../../src/sandbox/protocol/exception-transfer.ts';
import { fromPythonException, type PythonCall } from '../../../src/sandbox/protocol/from-python.ts';
import { failedCommand, failedInSession, timeoutInSession } from '../../../src/sandbox/protocol/python-exceptions.ts';
import { toPythonException } from '../../../src/sandbox/protocol/to-python.ts';

const printed = { command: 'x', output: 'o', stdout: 'o', stderr: '', exitCode: null, signal: null };
const file = { path: '/x', operation: 'read' };

const errors: readonly (readonly [error: AnyRexError, classPath: string, message: string])[] = [
  [
    new RexError('SESSION_EXISTS', '', { session: 'a' }),
    'swerex.exceptions.SessionExistsError',
    'session a already exists',
  ],
  [
    new RexError('SESSION_NOT_FOUND', '', { session: 'a' }),
    'swerex.exceptions.SessionDoesNotExistError',
    "session 'a' does not exist",
  ],
  [
    new RexError('SESSION_ENDED', '', { ...printed, session: 'a', exitCode: 3 }),
    'pexpect.exceptions.EOF',
    "End Of File (EOF). The shell of session 'a' ended with exit code 3; the name is free again.",
  ],
  [
    new RexError('SESSION_SYNTAX', '', { ...printed, session: 'a', command: '(a', exitCode: 2, stderr: 'bash: no\n' }),
    'swerex.exceptions.BashIncorrectSyntaxError',
    "Error (exit code 2) while checking bash command \n'(a'\n---- Stderr ----\nbash: no\n\n---- Stdout ----\n",
  ],
  [
    new RexError('COMMAND_FAILED', '', { ...printed, command: ['a', 'b'], exitCode: 1 }),
    'swerex.exceptions.NonZeroExitCodeError',
    "Command ['a', 'b'] failed with exit code 1. Stdout:\n'o'\nStderr:\n''",
  ],
  [
    new RexError('COMMAND_TIMEOUT', '', { ...printed, timeoutMs: 500 }),
    'swerex.exceptions.CommandTimeoutError',
    'Timeout (0.5s) exceeded while running command',
  ],
  [
    new RexError('COMMAND_NOT_STARTED', '', { command: ['nope', '1'], errno: 'ENOENT' }),
    'builtins.FileNotFoundError',
    "[Errno 2] No such file or directory: 'nope'",
  ],
  [
    new RexError('INTERRUPT_FAILED', '', { session: 'a', attempts: 2 }),
    'pexpect.exceptions.TIMEOUT',
    'Failed to interrupt session',
  ],
  [new RexError('FILE_NOT_FOUND', '', file), 'builtins.FileNotFoundError', "[Errno 2] No such file or directory: '/x'"],
  [new RexError('FILE_EXISTS', '', file), 'builtins.FileExistsError', "[Errno 17] File exists: '/x'"],
  [new RexError('PERMISSION_DENIED', '', file), 'builtins.PermissionError', "[Errno 13] Permission denied: '/x'"],
  [new RexError('IS_DIRECTORY', '', file), 'builtins.IsADirectoryError', "[Errno 21] Is a directory: '/x'"],
  [new RexError('NOT_DIRECTORY', '', file), 'builtins.NotADirectoryError', "[Errno 20] Not a directory: '/x'"],
  [new RexError('DIRECTORY_NOT_EMPTY', '', file), 'builtins.OSError', "[Errno 39] Directory not empty: '/x'"],
  [new RexError('DISK_FULL', '', file), 'builtins.OSError', "[Errno 28] No space left on device: '/x'"],
  [
    new RexError('FILE_ERROR', '', { ...file, errno: 'ELOOP' }),
    'builtins.OSError',
    "[Errno 40] Too many levels of symbolic links: '/x'",
  ],
  [new RexError('PATH_ESCAPE', 'outside', { ...file, root: '/r' }), 'builtins.PermissionError', 'outside'],
  [invalidArgument('cwd', 'a path', ''), 'builtins.ValueError', 'cwd: expected a path, got ""'],
  [new RexError('UNSUPPORTED', 'no', { feature: 'f' }), 'builtins.NotImplementedError', 'no'],
  [
    new RexError('DUMMY_EXHAUSTED', '', { command: 'x' }),
    'swerex.exceptions.DummyOutputsExhaustedError',
    "Dummy runtime's run_in_session_outputs list is empty: No output for 'x'",
  ],
  [
    new RexError('DEPLOYMENT_NOT_STARTED', '', { deployment: 'local' }),
    'swerex.exceptions.DeploymentNotStartedError',
    'Deployment not started',
  ],
  [new RexError('SESSION_BUSY', 'busy', { session: 'a', running: 'x' }), 'swerex.exceptions.SwerexException', 'busy'],
];

test('gives every error a class that Python can import, and SWE-ReX’s words', () => {
  for (const [error, classPath, message] of errors) {
    const exception = toPythonException(error);
    assert.deepEqual([exception.classPath, exception.message], [classPath, message], error.code);
  }
});

test('gives a stranger’s error the base class, and never a stack', () => {
  const exception = toPythonException(new TypeError('odd'));
  assert.deepEqual(exception, { classPath: 'swerex.exceptions.SwerexException', message: 'odd' });
  const envelope = wrapException(exception);
  assert.deepEqual(envelope.swerexception, {
    message: 'odd',
    class_path: 'swerex.exceptions.SwerexException',
    traceback: '',
    extra_info: {},
  });
});

test('words failed checks and timeouts as SWE-ReX does', () => {
  assert.equal(
    failedInSession('false', 1, '', 'MYMSG').message,
    "MYMSG: Command 'false' failed with exit code 1. Here is the output:\n''",
  );
  assert.equal(
    failedCommand('exit 3', { exitCode: 3, stdout: '', stderr: '' }, 'EM').message,
    "EM: Command 'exit 3' failed with exit code 3. Stdout:\n''\nStderr:\n''",
  );
  assert.equal(
    timeoutInSession('sleep 3', 0.1, '').message,
    "timeout after 0.1 seconds while running command 'sleep 3'",
  );
});

const calls: readonly (readonly [
  classPath: string,
  message: string,
  call: PythonCall,
  code: string,
  context: object,
])[] = [
  ['swerex.exceptions.SessionExistsError', 'm', { operation: 'o', session: 's' }, 'SESSION_EXISTS', { session: 's' }],
  ['swerex.exceptions.SessionDoesNotExistError', 'm', { operation: 'o' }, 'SESSION_NOT_FOUND', { session: 'default' }],
  ['swerex.exceptions.CommandTimeoutError', 'm', { operation: 'o', timeoutMs: 5 }, 'COMMAND_TIMEOUT', { timeoutMs: 5 }],
  [
    'swerex.exceptions.NonZeroExitCodeError',
    "Command 'x' failed with exit code 7. Stdout:\n",
    { operation: 'o', command: 'x' },
    'COMMAND_FAILED',
    { exitCode: 7, command: 'x' },
  ],
  ['pexpect.exceptions.EOF', 'm', { operation: 'run', session: 's' }, 'SESSION_ENDED', { session: 's' }],
  ['pexpect.exceptions.TIMEOUT', 'm', { operation: 'createSession' }, 'SESSION_START_FAILED', { output: '' }],
  ['pexpect.exceptions.TIMEOUT', 'm', { operation: 'interrupt' }, 'INTERRUPT_FAILED', { attempts: 1 }],
  ['builtins.FileNotFoundError', 'm', { operation: 'read', path: '/x' }, 'FILE_NOT_FOUND', file],
  ['builtins.FileNotFoundError', 'm', { operation: 'o', command: ['x'] }, 'COMMAND_NOT_STARTED', { errno: 'ENOENT' }],
  ['builtins.IsADirectoryError', 'm', { operation: 'read', path: '/x' }, 'IS_DIRECTORY', file],
  ['builtins.OSError', '[Errno 28] full', { operation: 'read', path: '/x' }, 'DISK_FULL', file],
  [
    'builtins.UnicodeDecodeError',
    "'utf-8' codec can't decode byte 0xff in position 12: invalid start byte",
    { operation: 'read', path: '/x' },
    'FILE_NOT_TEXT',
    { ...file, encoding: 'utf-8', position: 12 },
  ],
  ['some.other.Error', 'm', { operation: 'o' }, 'REMOTE_ERROR', { classPath: 'some.other.Error' }],
];

test('finds the error for a class path, with the server’s message', () => {
  for (const [class_path, message, call, code, context] of calls) {
    const transfer = { message, class_path, traceback: '', extra_info: {} };
    const error = fromPythonException(transfer, call);
    assert.equal(error.code, code);
    assert.equal(error.message, message);
    assert.deepEqual({ ...error.context, ...context }, error.context);
  }
});

test('reads bash’s complaint out of extra_info', () => {
  const transfer = exceptionEnvelope.parse({
    swerexception: {
      message: 'Error (exit code 2) while checking bash command',
      class_path: 'swerex.exceptions.BashIncorrectSyntaxError',
      extra_info: { bash_stdout: '', bash_stderr: 'bash: no\n' },
    },
  }).swerexception;
  const error = fromPythonException(transfer, { operation: 'run', command: '(a' });
  assert.ok(RexError.is(error, 'SESSION_SYNTAX'));
  assert.equal(error.context.stderr, 'bash: no\n');
  assert.equal(error.context.exitCode, 2);
});
