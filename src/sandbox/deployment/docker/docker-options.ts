import type { ImageProgress } from './image/progress.ts';

/** Where the engine is. All optional: by default it is found as the docker CLI finds it. */
export interface EngineOptions {
  /**
   * Address of the engine: `unix:///path`, `tcp://host:port`, `https://host:port` or `ssh://user@host`. Default: `DOCKER_HOST`, then the
   * docker context, then the usual sockets.
   */
  readonly host?: string;
  /** Whose engine: decides the environment variables and sockets that are tried. Default `'docker'`. */
  readonly containerRuntime?: 'docker' | 'podman';
}

/** A directory, volume or memory file system inside the container. */
export type DockerMount =
  | { readonly type: 'bind'; readonly source: string; readonly target: string; readonly readOnly?: boolean }
  | { readonly type: 'volume'; readonly source: string; readonly target: string; readonly readOnly?: boolean }
  | {
      readonly type: 'tmpfs';
      readonly target: string;
      /** Default: half of the machine's memory. */
      readonly sizeBytes?: number;
      /** Permission bits of its top. Default 0o1777. */
      readonly mode?: number;
      /** Lets programs on it be run. Default false. */
      readonly executable?: boolean;
    };

/** A port of the container that this machine can reach. */
export interface DockerPort {
  readonly containerPort: number;
  /** Default: a free one; `deployment.ports()` tells it. */
  readonly hostPort?: number;
  /** Address to bind. Default `127.0.0.1`. */
  readonly hostAddress?: string;
  /** Default `'tcp'`. */
  readonly protocol?: 'tcp' | 'udp';
}

/** What the container may use at most. */
export interface DockerLimits {
  /** Memory of all processes together, without swap; at least 6 MiB. Default: none. */
  readonly memoryBytes?: number;
  /** Processors' worth of time, for example 1.5. Default: none. */
  readonly cpus?: number;
  /** Processes and threads at once. Default 1024. */
  readonly processes?: number | 'unlimited';
  /** Size of each file that is written. Default: none. */
  readonly fileSizeBytes?: number;
  /** Open files of each process. Default: the engine's. */
  readonly openFiles?: number;
}

/**
 * What a hardened container does not have, by name. `default-capabilities`: the engine's usual set; `new-privileges`: set-user-id
 * programs gain their owner's rights; `unconfined-seccomp`: all system calls; `unconfined-apparmor`; `unmasked-paths`: all of
 * `/proc` and `/sys`; `privileged`: everything, devices included.
 */
export type DockerPermission =
  | 'default-capabilities'
  | 'new-privileges'
  | 'unconfined-seccomp'
  | 'unconfined-apparmor'
  | 'unmasked-paths'
  | 'privileged';

/** How a new container is made. */
export interface DockerContainerOptions {
  /** Name; 2 characters at least. Default: `hrm-rex-` and a random part. */
  readonly name?: string;
  /** `name`, `uid`, `name:group` or `uid:gid`. Default: the image's. */
  readonly user?: string;
  /** Directory in which commands start, made when it is missing. Default: the image's, else `/`. */
  readonly workingDirectory?: string;
  /** Added to the image's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the labels of ours. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly mounts?: readonly DockerMount[];
  readonly ports?: readonly DockerPort[];
  readonly limits?: DockerLimits;
  /** `'none'`, `'bridge'`, `'host'` or the name of a network. Default `'bridge'`. */
  readonly network?: string;
  /** Makes everything but the mounts read-only. Default false. */
  readonly readOnlyRoot?: boolean;
  /** Linux capabilities that are kept, for example `['CHOWN', 'SETUID']`. Default: none. */
  readonly capabilities?: readonly string[];
  /** Widens the hardened defaults. Default: nothing. */
  readonly allow?: readonly DockerPermission[];
  /** Runs a tiny init that reaps orphans. Default true. */
  readonly init?: boolean;
  readonly hostname?: string;
  /** Name servers. */
  readonly dns?: readonly string[];
  /** Further host names, as `name:address`. */
  readonly extraHosts?: readonly string[];
  /** Supplementary groups, by name or number. */
  readonly groups?: readonly string[];
  /** Devices of this machine that appear inside. */
  readonly devices?: readonly string[];
  /** Graphics processors: all, or this many. */
  readonly gpus?: 'all' | number;
  /** Size of `/dev/shm`. Default: the engine's. */
  readonly sharedMemoryBytes?: number;
  /** Kernel settings of the container's own namespaces. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Low-level runtime of the engine, for example `runsc` (gVisor) or `kata`. */
  readonly ociRuntime?: string;
}

/** How an image is built from a directory. */
export interface DockerBuild {
  /** The build's context; its `.dockerignore` applies. */
  readonly directory: string;
  /** Path of the Dockerfile within the context. Default `Dockerfile`. */
  readonly dockerfile?: string;
  /** Values for `ARG`. */
  readonly args?: Readonly<Record<string, string>>;
  /** Stage to stop at. Default: the last. */
  readonly target?: string;
  /** Name of the image. Default: none, it goes by its id. */
  readonly tag?: string;
  /** Uses layers of earlier builds. Default true. */
  readonly cache?: boolean;
}

/** What a Docker deployment runs, and how. Exactly one of `image`, `build` and `container` is given. */
export interface DockerDeploymentOptions extends EngineOptions, DockerContainerOptions {
  /** Image of a new container; it needs `/bin/sh`, nothing else. */
  readonly image?: string;
  /** Builds the image first; a string is the directory. */
  readonly build?: string | DockerBuild;
  /** Name or id of a running container to work in; it is never stopped or removed. Its making cannot be changed. */
  readonly container?: string;
  /** When the image is fetched from its registry. Default `'missing'`. */
  readonly pull?: 'missing' | 'always' | 'never';
  /** For example `linux/arm64`. Default: the engine's own. */
  readonly platform?: string;
  /** Hears about each step of a pull or build. */
  readonly onProgress?: (progress: ImageProgress) => void;
  /** Removes the container at the stop; false leaves it stopped. Default true. */
  readonly removeContainer?: boolean;
  /** Removes the image at the stop, unless another container uses it. Default false. */
  readonly removeImage?: boolean;
  /** Time for a start, pull and build not counted. Default 180,000. */
  readonly startupTimeoutMs?: number;
}

/** Default of `startupTimeoutMs`. */
export const defaultStartupTimeoutMs = 180_000;

/** Default of `limits.processes`. */
export const defaultProcesses = 1024;
