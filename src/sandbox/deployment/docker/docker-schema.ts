import type { z as Zod } from 'zod';

/** What a schema of one kind of deployment shows of itself. */
type DockerSchema = Zod.ZodObject<{ type: Zod.ZodLiteral<'docker'> }, Zod.core.$strict>;

/** The schema of a `docker` configuration; unknown fields are refused. */
export function makeDockerSchema(z: typeof Zod): DockerSchema {
  const text = z.string().min(1);
  const texts = z.array(text).optional();
  const positive = z.number().positive().optional();
  const flag = z.boolean().optional();
  const values = z.record(z.string(), z.string()).optional();
  const port = z.int().min(1).max(65535);

  const shared = { source: text, target: text, readOnly: flag };
  const mount = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bind'), ...shared }),
    z.strictObject({ type: z.literal('volume'), ...shared }),
    z.strictObject({
      type: z.literal('tmpfs'),
      target: text,
      sizeBytes: positive,
      mode: z.int().nonnegative().optional(),
      executable: flag,
    }),
  ]);
  const published = z.strictObject({
    containerPort: port,
    hostPort: port.optional(),
    hostAddress: text.optional(),
    protocol: z.enum(['tcp', 'udp']).optional(),
  });
  const limits = z.strictObject({
    memoryBytes: positive,
    cpus: positive,
    processes: z
      .union([z.int().positive(), z.literal('unlimited')], { error: "a whole number above 0, or 'unlimited'" })
      .optional(),
    fileSizeBytes: positive,
    openFiles: z.int().positive().optional(),
  });
  const build = z.strictObject({
    directory: text,
    dockerfile: text.optional(),
    args: values,
    target: text.optional(),
    tag: text.optional(),
    cache: flag,
  });
  const permission = z.enum([
    'default-capabilities',
    'new-privileges',
    'unconfined-seccomp',
    'unconfined-apparmor',
    'unmasked-paths',
    'privileged',
  ]);

  return z.strictObject({
    type: z.literal('docker'),
    host: text.optional(),
    containerRuntime: z.enum(['docker', 'podman']).optional(),
    image: text.optional(),
    build: z.union([text, build], { error: 'a directory, or the options of a build' }).optional(),
    container: text.optional(),
    pull: z.enum(['missing', 'always', 'never']).optional(),
    platform: text.optional(),
    name: text.optional(),
    user: text.optional(),
    workingDirectory: text.optional(),
    env: values,
    labels: values,
    mounts: z.array(mount).optional(),
    ports: z.array(published).optional(),
    limits: limits.optional(),
    network: text.optional(),
    readOnlyRoot: flag,
    capabilities: texts,
    allow: z.array(permission).optional(),
    init: flag,
    hostname: text.optional(),
    dns: texts,
    extraHosts: texts,
    groups: texts,
    devices: texts,
    gpus: z.union([z.literal('all'), z.int().positive()], { error: "'all', or a whole number above 0" }).optional(),
    sharedMemoryBytes: positive,
    sysctls: values,
    ociRuntime: text.optional(),
    removeContainer: flag,
    removeImage: flag,
    startupTimeoutMs: positive,
  });
}
