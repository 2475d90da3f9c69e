import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { invalidArgument } from '../../../../core/errors.ts';
import {
  type DockerContainerOptions,
  type DockerLimits,
  type DockerMount,
  defaultProcesses,
} from '../docker-options.ts';
import { mainScript } from './main-script.ts';
import { defaultMemoryMode } from './memory-modes.ts';

/** What is made known to the engine, besides the caller's options. */
export interface CreateFacts {
  readonly image: string;
  readonly name: string;
  readonly platform?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** The engine's form of the options of a new container. @throws INVALID_ARGUMENT */
export function toCreateBody(options: DockerContainerOptions, facts: CreateFacts): ContainerCreateOptions {
  const { user, workingDirectory, env = {}, labels = {}, hostname, ports = [] } = options;
  checkName(facts.name);
  const exposed = ports.map(({ containerPort, protocol = 'tcp' }) => [`${containerPort}/${protocol}`, {}]);
  return {
    name: facts.name,
    ...(facts.platform === undefined ? {} : { platform: facts.platform }),
    Image: facts.image,
    Entrypoint: ['/bin/sh', '-c', mainScript],
    Cmd: [],
    OpenStdin: true,
    Labels: { ...labels, ...facts.labels },
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDirectory === undefined ? {} : { WorkingDir: absolute('workingDirectory', workingDirectory) }),
    ...(hostname === undefined ? {} : { Hostname: hostname }),
    ExposedPorts: Object.fromEntries(exposed),
    Healthcheck: { Test: ['NONE'] },
    HostConfig: toHostConfig(options),
  };
}

function toHostConfig(options: DockerContainerOptions): HostConfig {
  const { network = 'bridge', readOnlyRoot = false, init = true, mounts = [], ports = [] } = options;
  const { dns, extraHosts, groups, devices, gpus, sharedMemoryBytes, sysctls, ociRuntime } = options;
  const bindings = ports.map(({ containerPort, hostPort, hostAddress = '127.0.0.1', protocol = 'tcp' }) => {
    const binding = { HostIp: hostAddress, HostPort: hostPort === undefined ? '' : String(hostPort) };
    return [`${containerPort}/${protocol}`, [binding]];
  });
  return {
    NetworkMode: network,
    ReadonlyRootfs: readOnlyRoot,
    Init: init,
    ...toPrivileges(options),
    ...toLimits(options.limits ?? {}),
    Mounts: mounts.filter(isShared).map(({ type, source, target, readOnly = false }) => ({
      Type: type,
      Source: source,
      Target: absolute('mounts', target),
      ReadOnly: readOnly,
    })),
    Tmpfs: Object.fromEntries(
      mounts.filter(isMemory).map((mount) => [absolute('mounts', mount.target), toTmpfs(mount)]),
    ),
    PortBindings: Object.fromEntries(bindings),
    ...(dns ? { Dns: [...dns] } : {}),
    ...(extraHosts ? { ExtraHosts: [...extraHosts] } : {}),
    ...(groups ? { GroupAdd: [...groups] } : {}),
    ...(devices ? { Devices: devices.map(toDevice) } : {}),
    ...(gpus === undefined ? {} : { DeviceRequests: [{ Count: gpus === 'all' ? -1 : gpus, Capabilities: [['gpu']] }] }),
    ...(sharedMemoryBytes === undefined ? {} : { ShmSize: sharedMemoryBytes }),
    ...(sysctls ? { Sysctls: { ...sysctls } } : {}),
    ...(ociRuntime === undefined ? {} : { Runtime: ociRuntime }),
  };
}

/** Nothing that is not asked for. */
function toPrivileges({ capabilities = [], allow = [] }: DockerContainerOptions): HostConfig {
  const has = new Set(allow);
  const securityOptions = [
    ...(has.has('new-privileges') ? [] : ['no-new-privileges']),
    ...(has.has('unconfined-seccomp') ? ['seccomp=unconfined'] : []),
    ...(has.has('unconfined-apparmor') ? ['apparmor=unconfined'] : []),
  ];
  return {
    CapDrop: has.has('default-capabilities') || has.has('privileged') ? [] : ['ALL'],
    CapAdd: capabilities.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
    SecurityOpt: securityOptions,
    ...(has.has('unmasked-paths') ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    Privileged: has.has('privileged'),
  };
}

function toLimits({
  memoryBytes,
  cpus,
  processes = defaultProcesses,
  fileSizeBytes,
  openFiles,
}: DockerLimits): HostConfig {
  for (const [name, value] of Object.entries({ memoryBytes, cpus, fileSizeBytes, openFiles })) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0))
      throw invalidArgument(`limits.${name}`, 'a number above 0', value);
  }
  if (processes !== 'unlimited' && !(Number.isInteger(processes) && processes > 0)) {
    throw invalidArgument('limits.processes', "a whole number above 0, or 'unlimited'", processes);
  }
  const ulimit = (name: string, value: number | undefined) =>
    value === undefined ? [] : [{ Name: name, Soft: Math.floor(value), Hard: Math.floor(value) }];
  return {
    ...(memoryBytes === undefined ? {} : { Memory: Math.floor(memoryBytes), MemorySwap: Math.floor(memoryBytes) }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    PidsLimit: processes === 'unlimited' ? -1 : processes,
    Ulimits: [...ulimit('fsize', fileSizeBytes), ...ulimit('nofile', openFiles)],
  };
}

type MemoryMount = Extract<DockerMount, { type: 'tmpfs' }>;

function isMemory(mount: DockerMount): mount is MemoryMount {
  return mount.type === 'tmpfs';
}

function isShared(mount: DockerMount): mount is Exclude<DockerMount, MemoryMount> {
  return mount.type !== 'tmpfs';
}

function toTmpfs({ sizeBytes, mode = defaultMemoryMode, executable = false }: MemoryMount): string {
  const size = sizeBytes === undefined ? [] : [`size=${Math.floor(sizeBytes)}`];
  return ['rw', 'nosuid', 'nodev', executable ? 'exec' : 'noexec', `mode=${mode.toString(8)}`, ...size].join(',');
}

function toDevice(path: string) {
  const [outside, inside = outside, permissions = 'rwm'] = path.split(':') as [string, string?, string?];
  return { PathOnHost: outside, PathInContainer: inside, CgroupPermissions: permissions };
}

function absolute(argument: string, path: string): string {
  if (path.startsWith('/')) return path;
  throw invalidArgument(argument, 'an absolute path of the container', path);
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return;
  throw invalidArgument('name', 'at least two letters, digits, `_`, `.` or `-`, the first a letter or digit', name);
}
