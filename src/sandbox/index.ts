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
  DockerDeploymentConfig,
  DummyDeploymentConfig,
  LocalDeploymentConfig,
  RemoteDeploymentConfig,
  SshDeploymentConfig,
} from './deployment/deployment-config.ts';
export type { ContainerStats } from './deployment/docker/container/container-stats.ts';
export { DockerDeployment } from './deployment/docker/docker-deployment.ts';
export type {
  DockerBuild,
  DockerContainerOptions,
  DockerDeploymentOptions,
  DockerLimits,
  DockerMount,
  DockerPermission,
  DockerPort,
  EngineOptions,
} from './deployment/docker/docker-options.ts';
export type { ImageProgress } from './deployment/docker/image/progress.ts';
export { type Leftover, type ReapOptions, reap } from './deployment/docker/owner/reap.ts';
export { DummyDeployment } from './deployment/dummy-deployment.ts';
export { getDeployment } from './deployment/get-deployment.ts';
export { statusHook } from './deployment/hooks.ts';
export { LocalDeployment, type LocalDeploymentOptions } from './deployment/local-deployment.ts';
export {
  type RestoredSession,
  type RestoreOptions,
  restoreSession,
} from './deployment/migration/restore-session.ts';
export type { SessionSnapshot, ShellDefinition, SnapshotWorkspace } from './deployment/migration/session-snapshot.ts';
export { type SnapshotOptions, snapshotSession } from './deployment/migration/snapshot-session.ts';
export {
  DeploymentLease,
  DeploymentPool,
  type DeploymentPoolOptions,
} from './deployment/pool/deployment-pool.ts';
export {
  type Infrastructure,
  type InfrastructureOptions,
  type InfrastructureSpec,
  type PlatformStatus,
  startInfrastructure,
} from './deployment/pool/infrastructure.ts';
export { type Failover, HeldLease, type Lease, type LeaseInfo, type LeaseTerms } from './deployment/pool/lease.ts';
export { LeasePool } from './deployment/pool/lease-pool.ts';
export type { LeaseRequest } from './deployment/pool/lease-request.ts';
export {
  firstPlace,
  leastBusyPlace,
  type PlaceStatus,
  type PoolPlacement,
  type Source,
} from './deployment/pool/place.ts';
export type {
  ClosedEvent,
  CloseReason,
  DownEvent,
  FailoverEvent,
  OpenedEvent,
  PoolEvents,
  ReleasedEvent,
  UpEvent,
} from './deployment/pool/pool-events.ts';
export type { PoolStats } from './deployment/pool/pool-figures.ts';
export type { HealthCheckOptions, PoolCloseOptions, PoolOptions } from './deployment/pool/pool-options.ts';
export type { DeploymentPlace, PoolPlaceOptions, SessionPlace } from './deployment/pool/pool-place.ts';
export type { Requirements } from './deployment/pool/requirements.ts';
export {
  type MonitorEvents,
  ResourceMonitor,
  type ResourceMonitorOptions,
} from './deployment/pool/resource-monitor.ts';
export {
  type AgentResult,
  type AgentWork,
  type Assignment,
  type RunAgentsOptions,
  runAgents,
} from './deployment/pool/run-agents.ts';
export {
  type ResourceTier,
  type RiskLevel,
  type SecureDockerOptions,
  type SecureLocalOptions,
  type SecuritySpec,
  secureOptions,
  type TierLimits,
  tierLimits,
} from './deployment/pool/secure-options.ts';
export {
  SessionLease,
  SessionPool,
  type SessionPoolOptions,
  type SessionRequest,
} from './deployment/pool/session-pool.ts';
export {
  type Alert,
  type AlertName,
  type HealthLimits,
  judgeLoad,
  type SystemHealth,
  type SystemLoad,
} from './deployment/pool/system-health.ts';
export { TypedEvents } from './deployment/pool/typed-events.ts';
export { RemoteDeployment, type RemoteDeploymentOptions } from './deployment/remote-deployment.ts';
export {
  type DetachedOutput,
  type DetachedReadOptions,
  type DetachedResult,
  DetachedSession,
  type DetachedWaitOptions,
} from './deployment/ssh/detached/detached-session.ts';
export type { AttachDetachedOptions, DetachedSessionOptions } from './deployment/ssh/detached/open-detached.ts';
export type { Forwarding, ForwardOptions, ReverseForwardOptions } from './deployment/ssh/forward/forwarding.ts';
export { SshDeployment } from './deployment/ssh/ssh-deployment.ts';
export type { SshDeploymentOptions, SshHostOptions } from './deployment/ssh/ssh-options.ts';
export {
  type ForwardingDeployment,
  TunnelledDeployment,
  type TunnelledDeploymentOptions,
  type TunnelPort,
} from './deployment/tunnelled-deployment.ts';
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
export type { Answer, Ask } from './target/files/ask.ts';
export type { LimitProbe } from './target/limit-watch.ts';
export type { OpenStreamOptions, StreamEnd, Target, TargetStream } from './target/target.ts';
export { TargetRuntime, type TargetRuntimeOptions } from './target/target-runtime.ts';
