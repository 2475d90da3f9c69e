import { createRequire } from 'node:module';
import type { z as Zod } from 'zod';
import { invalidArgument } from '../../core/errors.ts';
import type { DockerDeploymentOptions } from './docker/docker-options.ts';
import { makeDockerSchema } from './docker/docker-schema.ts';
import type { LocalDeploymentOptions } from './local-deployment.ts';
import type { RemoteDeploymentOptions } from './remote-deployment.ts';
import type { SshDeploymentOptions } from './ssh/ssh-options.ts';
import { makeSshSchema } from './ssh/ssh-schema.ts';

/** Configuration of a {@link LocalDeployment}. */
export interface LocalDeploymentConfig extends LocalDeploymentOptions {
  readonly type: 'local';
}

/** Configuration of a {@link RemoteDeployment}. */
export interface RemoteDeploymentConfig extends RemoteDeploymentOptions {
  readonly type: 'remote';
}

/** Configuration of an {@link SshDeployment}. */
export interface SshDeploymentConfig extends SshDeploymentOptions {
  readonly type: 'ssh';
}

/** Configuration of a {@link DockerDeployment}. */
export interface DockerDeploymentConfig extends Omit<DockerDeploymentOptions, 'onProgress'> {
  readonly type: 'docker';
}

/** Configuration of a {@link DummyDeployment}. */
export interface DummyDeploymentConfig {
  readonly type: 'dummy';
}

/** Configuration of any deployment, told apart by `type`; plain JSON. */
export type DeploymentConfig =
  | LocalDeploymentConfig
  | RemoteDeploymentConfig
  | DockerDeploymentConfig
  | SshDeploymentConfig
  | DummyDeploymentConfig;

/** The schemas, made at the first use: a program without configurations never loads zod. */
function makeSchemas() {
  const { z } = createRequire(import.meta.url)('zod') as typeof import('zod');
  const optional = <Schema extends Zod.ZodType>(schema: Schema) => schema.optional();
  const paths = optional(z.array(z.string().min(1)));
  const milliseconds = optional(z.number().positive());
  const amount = optional(z.number());

  const limits = z.strictObject({
    memoryBytes: amount,
    processes: amount,
    cpus: amount,
    cpuSeconds: amount,
    fileSizeBytes: amount,
  });

  const local = z.strictObject({
    type: z.literal('local'),
    isolation: optional(z.enum(['none', 'bubblewrap'])),
    workspace: optional(z.string().min(1)),
    network: optional(z.enum(['none', 'full'])),
    limits: optional(limits),
    readOnlyPaths: paths,
    writablePaths: paths,
    hiddenPaths: paths,
    env: optional(z.record(z.string(), z.string().optional())),
  });

  const remote = z.strictObject({
    type: z.literal('remote'),
    url: optional(z.string().min(1)),
    host: optional(z.string().min(1)),
    port: optional(z.int().min(1).max(65535)),
    token: optional(z.string()),
    timeoutMs: milliseconds,
    connectTimeoutMs: milliseconds,
    retries: optional(z.int().nonnegative()),
    retryDelayMs: milliseconds,
    certificateAuthority: optional(z.string()),
    startupTimeoutMs: milliseconds,
  });

  const docker = makeDockerSchema(z);
  const ssh = makeSshSchema(z);

  const dummy = z.strictObject({ type: z.literal('dummy') });

  return { optional: z.ZodOptional, config: z.discriminatedUnion('type', [local, remote, docker, ssh, dummy]) };
}

let made: ReturnType<typeof makeSchemas> | undefined;

function schemas(): ReturnType<typeof makeSchemas> {
  made ??= makeSchemas();
  return made;
}

/** Checks a configuration. @throws INVALID_ARGUMENT that names the field, and the known ones for an unknown field */
export function parseDeploymentConfig(value: unknown): DeploymentConfig {
  const parsed = schemas().config.safeParse(value);
  if (parsed.success) return parsed.data as DeploymentConfig;
  throw explain(parsed.error.issues[0] as Zod.core.$ZodIssue, value);
}

function explain(issue: Zod.core.$ZodIssue, value: unknown): Error {
  const place = issue.path.map(String);
  const received = place.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
    value,
  );
  if (issue.code === 'unrecognized_keys') {
    const name = [...place, issue.keys[0]].join('.');
    return invalidArgument(
      name,
      `one of the known fields (${knownFields(value, place).join(', ')})`,
      'an unknown field',
    );
  }
  if (issue.code === 'invalid_union' && (place[0] ?? 'type') === 'type') {
    return invalidArgument(
      'type',
      `one of ${schemas()
        .config.options.map(({ shape }) => `'${shape.type.value}'`)
        .join(', ')}`,
      received,
    );
  }
  return invalidArgument(place.join('.') || 'config', issue.message, received);
}

function knownFields(value: unknown, place: readonly string[]): string[] {
  const type = (value as { readonly type: string }).type;
  const kind = schemas().config.options.find(({ shape }) => shape.type.value === type);
  const fields: Readonly<Record<string, unknown>> = kind?.shape ?? {};
  if (place.length === 0) return Object.keys(fields);
  const inner = fields[place[0] as string];
  const { shape } = (inner instanceof schemas().optional ? inner.unwrap() : {}) as { readonly shape?: object };
  return Object.keys(shape ?? {});
}
