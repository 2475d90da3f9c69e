import type { ErrorCode } from '../../core/error-codes.ts';
import { type AnyRexError, RexError } from '../../core/errors.ts';
import type { PythonException } from './exception-transfer.ts';
import {
  failedCommand,
  incorrectSyntax,
  osError,
  pythonClass,
  sessionDoesNotExist,
  sessionExists,
  shellEnded,
  timeoutOfCommand,
} from './python-exceptions.ts';
import { pythonRepr } from './python-repr.ts';

/**
 * The Python exception that a Python caller gets for an error: an importable class and SWE-ReX's own sentence where
 * SWE-ReX has one, `swerex.exceptions.SwerexException` with the error's message otherwise.
 */
export function toPythonException(error: unknown): PythonException {
  if (!RexError.is(error)) {
    return { classPath: pythonClass.base, message: error instanceof Error ? error.message : String(error) };
  }
  return translate(error) ?? { classPath: classOf[error.code] ?? pythonClass.base, message: error.message };
}

/** Classes of the errors that keep their own message. */
const classOf: Partial<Readonly<Record<ErrorCode, string>>> = {
  INVALID_ARGUMENT: pythonClass.value,
  UNSUPPORTED: pythonClass.notImplemented,
  RUNTIME_CLOSED: pythonClass.runtime,
  POLICY_DENIED: pythonClass.permission,
  PATH_ESCAPE: pythonClass.permission,
  COMMAND_IDLE_TIMEOUT: pythonClass.commandTimeout,
  FILE_NOT_TEXT: pythonClass.unicodeDecode,
  DEPLOYMENT_START_FAILED: pythonClass.deploymentStartup,
  SESSION_START_FAILED: pythonClass.timeout,
};

const errnoOf: Partial<Readonly<Record<ErrorCode, string>>> = {
  FILE_NOT_FOUND: 'ENOENT',
  FILE_EXISTS: 'EEXIST',
  PERMISSION_DENIED: 'EACCES',
  IS_DIRECTORY: 'EISDIR',
  NOT_DIRECTORY: 'ENOTDIR',
  DIRECTORY_NOT_EMPTY: 'ENOTEMPTY',
  DISK_FULL: 'ENOSPC',
};

function translate(error: AnyRexError): PythonException | undefined {
  switch (error.code) {
    case 'SESSION_EXISTS':
      return sessionExists(error.context.session);
    case 'SESSION_NOT_FOUND':
      return sessionDoesNotExist(error.context.session);
    case 'SESSION_ENDED': {
      const { session, exitCode, signal, output } = error.context;
      return shellEnded(session, exitCode, signal, output);
    }
    case 'SESSION_SYNTAX': {
      const { command, exitCode, stderr, output } = error.context;
      return incorrectSyntax(textOf(command), exitCode ?? 2, stderr === '' ? output : stderr);
    }
    case 'COMMAND_FAILED': {
      const { command, exitCode, stdout, stderr } = error.context;
      return failedCommand(command, { exitCode: exitCode ?? -1, stdout, stderr }, '');
    }
    case 'COMMAND_TIMEOUT':
      return timeoutOfCommand(error.context.timeoutMs / 1000, error.context.stdout, error.context.stderr);
    case 'COMMAND_NOT_STARTED':
      return error.context.errno === undefined
        ? undefined
        : osError(error.context.errno, programOf(error.context.command));
    case 'INTERRUPT_FAILED':
      return { classPath: pythonClass.timeout, message: 'Failed to interrupt session' };
    case 'FILE_ERROR':
      return osError(error.context.errno, error.context.path);
    case 'DEPLOYMENT_NOT_STARTED':
      return { classPath: pythonClass.deploymentNotStarted, message: 'Deployment not started' };
    case 'DUMMY_EXHAUSTED':
      return dummyExhausted(error.context.command);
    case 'REMOTE_ERROR':
      return { classPath: error.context.classPath, message: error.message, extraInfo: error.context.extraInfo };
    default:
      return fileError(error);
  }
}

function fileError(error: AnyRexError): PythonException | undefined {
  const errno = errnoOf[error.code];
  return errno === undefined || !('path' in error.context) ? undefined : osError(errno, error.context.path);
}

function dummyExhausted(command: string): PythonException {
  const message = `Dummy runtime's run_in_session_outputs list is empty: No output for ${pythonRepr(command)}`;
  return { classPath: pythonClass.dummyExhausted, message };
}

function textOf(command: string | readonly string[]): string {
  return typeof command === 'string' ? command : command.join(' ');
}

function programOf(command: string | readonly string[]): string {
  return typeof command === 'string' ? command : (command[0] ?? '');
}
