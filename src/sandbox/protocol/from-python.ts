import type { CommandErrorContext } from '../../core/error-codes.ts';
import { type AnyRexError, RexError } from '../../core/errors.ts';
import type { ExceptionTransfer } from './exception-transfer.ts';
import { pythonClass } from './python-exceptions.ts';

/** The call that an exception answers: what SWE-ReX's envelope does not repeat. */
export interface PythonCall {
  /** Name of the operation, for example `readFile`. */
  readonly operation: string;
  readonly command?: string | readonly string[];
  readonly session?: string;
  readonly path?: string;
  readonly timeoutMs?: number;
  readonly encoding?: string;
}

/**
 * The error for an exception that a SWE-ReX server sent in answer to `call`: found by its class path, without importing
 * anything, and with the server's message. Classes that no code stands for become REMOTE_ERROR.
 */
export function fromPythonException(transfer: ExceptionTransfer, call: PythonCall): AnyRexError {
  const { message } = transfer;
  const session = call.session ?? 'default';
  switch (transfer.class_path) {
    case pythonClass.sessionExists:
      return new RexError('SESSION_EXISTS', message, { session }, { hint: 'Close it first, or choose another name.' });
    case pythonClass.sessionDoesNotExist:
      return new RexError('SESSION_NOT_FOUND', message, { session });
    case pythonClass.commandTimeout:
      return new RexError('COMMAND_TIMEOUT', message, {
        ...commandContext(transfer, call),
        timeoutMs: call.timeoutMs ?? 0,
      });
    case pythonClass.nonZeroExitCode:
      return new RexError('COMMAND_FAILED', message, commandContext(transfer, call));
    case pythonClass.incorrectSyntax:
      return new RexError('SESSION_SYNTAX', message, { session, ...commandContext(transfer, call) });
    case pythonClass.endOfFile:
      return new RexError('SESSION_ENDED', message, { session, ...commandContext(transfer, call) });
    case pythonClass.timeout:
      return timeoutOf(call, message, session);
    case pythonClass.dummyExhausted:
      return new RexError('DUMMY_EXHAUSTED', message, { command: textOf(call.command) });
    case pythonClass.deploymentNotStarted:
      return new RexError('DEPLOYMENT_NOT_STARTED', message, { deployment: 'remote' });
    default:
      return fileErrorOf(transfer, call) ?? remoteError(transfer);
  }
}

function timeoutOf(call: PythonCall, message: string, session: string): AnyRexError {
  if (call.operation === 'interrupt') return new RexError('INTERRUPT_FAILED', message, { session, attempts: 1 });
  const reason = 'the shell did not show its prompt in time';
  return new RexError('SESSION_START_FAILED', message, { session, output: '', reason });
}

function fileErrorOf(transfer: ExceptionTransfer, call: PythonCall): AnyRexError | undefined {
  const { message, class_path: classPath } = transfer;
  if (!/^(builtins|zipfile)\./.test(classPath)) return undefined;
  if (call.command !== undefined) return startErrorOf(transfer, call.command);
  const context = { path: call.path ?? '', operation: call.operation };
  switch (classPath) {
    case pythonClass.fileNotFound:
      return new RexError('FILE_NOT_FOUND', message, context);
    case pythonClass.fileExists:
      return new RexError('FILE_EXISTS', message, context);
    case pythonClass.permission:
      return new RexError('PERMISSION_DENIED', message, context);
    case pythonClass.isDirectory:
      return new RexError('IS_DIRECTORY', message, context);
    case pythonClass.notDirectory:
      return new RexError('NOT_DIRECTORY', message, context);
    case pythonClass.unicodeDecode:
      return new RexError('FILE_NOT_TEXT', message, { ...context, ...decodeFailure(message) });
    case pythonClass.os:
      return osErrorOf(message, context);
    default:
      return undefined;
  }
}

const startErrnos: Readonly<Record<string, string>> = {
  [pythonClass.fileNotFound]: 'ENOENT',
  [pythonClass.permission]: 'EACCES',
  [pythonClass.notDirectory]: 'ENOTDIR',
  [pythonClass.isDirectory]: 'EISDIR',
};

function startErrorOf(transfer: ExceptionTransfer, command: string | readonly string[]): AnyRexError | undefined {
  const errno = startErrnos[transfer.class_path];
  if (errno === undefined && transfer.class_path !== pythonClass.os) return undefined;
  return new RexError('COMMAND_NOT_STARTED', transfer.message, { command, errno });
}

function osErrorOf(message: string, context: { readonly path: string; readonly operation: string }): AnyRexError {
  const errno = /^\[Errno (\d+)\]/.exec(message)?.[1] ?? '';
  if (errno === '28') return new RexError('DISK_FULL', message, context);
  if (errno === '39') return new RexError('DIRECTORY_NOT_EMPTY', message, context);
  return new RexError('FILE_ERROR', message, { ...context, errno });
}

function decodeFailure(message: string): { readonly encoding: string; readonly position: number } {
  const match = /^'([^']+)' codec can't decode .* in position (\d+)/.exec(message);
  return { encoding: match?.[1] ?? '', position: Number(match?.[2] ?? 0) };
}

function remoteError(transfer: ExceptionTransfer): AnyRexError {
  const { class_path: classPath, extra_info: extraInfo, message } = transfer;
  return new RexError('REMOTE_ERROR', message === '' ? classPath : message, { classPath, extraInfo });
}

function commandContext(transfer: ExceptionTransfer, call: PythonCall): CommandErrorContext {
  const { extra_info: extra, message } = transfer;
  const stdout = text(extra.output) ?? text(extra.stdout) ?? text(extra.bash_stdout) ?? '';
  const stderr = text(extra.stderr) ?? text(extra.bash_stderr) ?? '';
  const code = extra.exit_code ?? /(?:failed with exit code|^Error \(exit code) (-?\d+)/m.exec(message)?.[1];
  const exitCode = code === undefined || code === null ? null : Number(code);
  return {
    command: call.command ?? '',
    output: stdout + stderr,
    stdout,
    stderr,
    exitCode,
    signal: text(extra.signal) ?? null,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textOf(command: string | readonly string[] | undefined): string {
  return typeof command === 'string' ? command : (command ?? []).join(' ');
}
