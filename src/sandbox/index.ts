/**
 * Where commands run: one {@link Runtime} contract for local, remote and scripted targets, persistent shell sessions,
 * files, and the deployments that start and stop them.
 *
 * @packageDocumentation
 */

export { BaseDeployment, type Opened } from './deployment/base-deployment.ts';
export type { SandboxLimits } from './deployment/bubblewrap/limits.ts';
export type { SandboxOptions } from './deployment/bubblewrap/open-sandbox.ts';
export type { Deployment, DeploymentHook } from './deployment/deployment.ts';
export type {
  DeploymentConfig,
  DummyDeploymentConfig,
  LocalDeploymentConfig,
  RemoteDeploymentConfig,
} from './deployment/deployment-config.ts';
export { DummyDeployment } from './deployment/dummy-deployment.ts';
export { getDeployment } from './deployment/get-deployment.ts';
export { statusHook } from './deployment/hooks.ts';
export { LocalDeployment, type LocalDeploymentOptions } from './deployment/local-deployment.ts';
export { RemoteDeployment, type RemoteDeploymentOptions } from './deployment/remote-deployment.ts';
export type {
  ByteRange,
  FileChange,
  FileContent,
  FileInfo,
  FileSystem,
  FileType,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from './files/file-system.ts';
export { LocalFileSystem, type LocalFilesOptions } from './files/local-files.ts';
export type {
  Command,
  CommandInput,
  CommandOptions,
  CommandResult,
  OutputSummary,
  SpawnOptions,
  TerminalSize,
} from './process/command.ts';
export type { Isolation, Launch } from './process/isolation.ts';
export type {
  Cursor,
  ExitReason,
  ExitStatus,
  OutputStream,
  PatternMatch,
  ProcessEvent,
  ProcessHandle,
  ReadOptions,
  WaitOptions,
} from './process/process-handle.ts';
export { BaseRuntime } from './runtime/base-runtime.ts';
export {
  type DummyAnswer,
  type DummyCall,
  type DummyHandler,
  type DummyRequest,
  type DummyResponder,
  type DummyResponse,
  DummyRuntime,
  type DummyRuntimeOptions,
} from './runtime/dummy-runtime.ts';
export { LocalRuntime, type LocalRuntimeOptions } from './runtime/local-runtime.ts';
export type { RemoteRuntimeOptions } from './runtime/remote-options.ts';
export { RemoteRuntime } from './runtime/remote-runtime.ts';
export { type RuntimePolicy, restrict } from './runtime/restricted-runtime.ts';
export type { Health, ProcessInfo, Runtime, SessionCommand, SessionInterrupt } from './runtime/runtime.ts';
export type {
  InterruptOptions,
  Observation,
  OutputChunk,
  Pattern,
  RunOptions,
  Session,
  SessionOptions,
  SessionState,
} from './session/session.ts';
