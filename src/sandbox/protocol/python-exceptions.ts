import type { PythonException } from './exception-transfer.ts';
import { pythonFloat, pythonRepr } from './python-repr.ts';

/** SWE-ReX's exception classes and the others that its callers meet. */
export const pythonClass = {
  base: 'swerex.exceptions.SwerexException',
  sessionExists: 'swerex.exceptions.SessionExistsError',
  sessionDoesNotExist: 'swerex.exceptions.SessionDoesNotExistError',
  nonZeroExitCode: 'swerex.exceptions.NonZeroExitCodeError',
  incorrectSyntax: 'swerex.exceptions.BashIncorrectSyntaxError',
  commandTimeout: 'swerex.exceptions.CommandTimeoutError',
  noExitCode: 'swerex.exceptions.NoExitCodeError',
  deploymentNotStarted: 'swerex.exceptions.DeploymentNotStartedError',
  deploymentStartup: 'swerex.exceptions.DeploymentStartupError',
  dummyExhausted: 'swerex.exceptions.DummyOutputsExhaustedError',
  endOfFile: 'pexpect.exceptions.EOF',
  timeout: 'pexpect.exceptions.TIMEOUT',
  badZip: 'zipfile.BadZipFile',
  badPattern: 're.error',
  fileNotFound: 'builtins.FileNotFoundError',
  fileExists: 'builtins.FileExistsError',
  permission: 'builtins.PermissionError',
  isDirectory: 'builtins.IsADirectoryError',
  notDirectory: 'builtins.NotADirectoryError',
  os: 'builtins.OSError',
  unicodeDecode: 'builtins.UnicodeDecodeError',
  lookup: 'builtins.LookupError',
  value: 'builtins.ValueError',
  runtime: 'builtins.RuntimeError',
  notImplemented: 'builtins.NotImplementedError',
} as const;

/** `create_session` with a name that is taken. */
export function sessionExists(session: string): PythonException {
  return { classPath: pythonClass.sessionExists, message: `session ${session} already exists` };
}

/** Any call with a name that nobody has. */
export function sessionDoesNotExist(session: string): PythonException {
  return { classPath: pythonClass.sessionDoesNotExist, message: `session ${pythonRepr(session)} does not exist` };
}

/** A checked command of a session that failed. */
export function failedInSession(command: string, exitCode: number, output: string, prefix: string): PythonException {
  const text = `Command ${pythonRepr(command)} failed with exit code ${exitCode}. Here is the output:\n${pythonRepr(output)}`;
  return { classPath: pythonClass.nonZeroExitCode, message: withPrefix(prefix, text) };
}

/** A checked one-off command that failed. */
export function failedCommand(
  command: string | readonly string[],
  result: { readonly exitCode: number; readonly stdout: string; readonly stderr: string },
  prefix: string,
): PythonException {
  const streams = `Stdout:\n${pythonRepr(result.stdout)}\nStderr:\n${pythonRepr(result.stderr)}`;
  const text = `Command ${pythonRepr(command)} failed with exit code ${result.exitCode}. ${streams}`;
  return { classPath: pythonClass.nonZeroExitCode, message: withPrefix(prefix, text) };
}

/** A command of a session that took too long; `output` is what it printed until then. */
export function timeoutInSession(command: string, seconds: number, output: string): PythonException {
  return {
    classPath: pythonClass.commandTimeout,
    message: `timeout after ${pythonFloat(seconds)} seconds while running command ${pythonRepr(command)}`,
    extraInfo: { output },
  };
}

/** A one-off command that took too long. */
export function timeoutOfCommand(seconds: number, stdout: string, stderr: string): PythonException {
  return {
    classPath: pythonClass.commandTimeout,
    message: `Timeout (${pythonFloat(seconds)}s) exceeded while running command`,
    extraInfo: { stdout, stderr },
  };
}

/** Text that bash does not parse; `stderr` is bash's complaint. */
export function incorrectSyntax(command: string, exitCode: number, stderr: string, stdout = ''): PythonException {
  const streams = `---- Stderr ----\n${stderr}\n---- Stdout ----\n${stdout}`;
  return {
    classPath: pythonClass.incorrectSyntax,
    message: `Error (exit code ${exitCode}) while checking bash command \n${pythonRepr(command)}\n${streams}`,
    extraInfo: { bash_stdout: stdout, bash_stderr: stderr },
  };
}

/** A program that an `expect` left running, so that its exit code is not known. */
export function noExitCode(): PythonException {
  return { classPath: pythonClass.noExitCode, message: 'timeout while getting exit code' };
}

/** A session whose shell ended, with what is known about the end. */
export function shellEnded(
  session: string,
  exitCode: number | null,
  signal: string | null,
  output: string,
): PythonException {
  const end = signal === null ? `with exit code ${exitCode ?? 'unknown'}` : `by signal ${signal}`;
  return {
    classPath: pythonClass.endOfFile,
    message: `End Of File (EOF). The shell of session ${pythonRepr(session)} ended ${end}; the name is free again.`,
    extraInfo: { exit_code: exitCode, signal, output },
  };
}

const errnos: Readonly<Record<string, readonly [number: number, text: string, classPath: string]>> = {
  EPERM: [1, 'Operation not permitted', pythonClass.permission],
  ENOENT: [2, 'No such file or directory', pythonClass.fileNotFound],
  E2BIG: [7, 'Argument list too long', pythonClass.os],
  ENOEXEC: [8, 'Exec format error', pythonClass.os],
  EAGAIN: [11, 'Resource temporarily unavailable', 'builtins.BlockingIOError'],
  ENOMEM: [12, 'Cannot allocate memory', pythonClass.os],
  EACCES: [13, 'Permission denied', pythonClass.permission],
  EEXIST: [17, 'File exists', pythonClass.fileExists],
  ENOTDIR: [20, 'Not a directory', pythonClass.notDirectory],
  EISDIR: [21, 'Is a directory', pythonClass.isDirectory],
  EMFILE: [24, 'Too many open files', pythonClass.os],
  ENOSPC: [28, 'No space left on device', pythonClass.os],
  EROFS: [30, 'Read-only file system', pythonClass.os],
  ENAMETOOLONG: [36, 'File name too long', pythonClass.os],
  ENOTEMPTY: [39, 'Directory not empty', pythonClass.os],
  ELOOP: [40, 'Too many levels of symbolic links', pythonClass.os],
};

/** Python's OSError, of the class that belongs to `errno` (a name such as `ENOENT`), about a path. */
export function osError(errno: string, path: string): PythonException {
  const [number, text, classPath] = errnos[errno] ?? [5, `Input/output error (${errno})`, pythonClass.os];
  return { classPath, message: `[Errno ${number}] ${text}: ${pythonRepr(path)}` };
}

function withPrefix(prefix: string, text: string): string {
  return prefix === '' ? text : `${prefix}: ${text}`;
}
