import type { z as Zod } from 'zod';

/** What a schema of one kind of deployment shows of itself. */
type SshSchema = Zod.ZodObject<{ type: Zod.ZodLiteral<'ssh'> }, Zod.core.$strict>;

/** The schema of an SSH deployment's configuration, made with a zod that is loaded already. */
export function makeSshSchema(z: typeof Zod): SshSchema {
  const text = z.string().min(1);
  const texts = z.array(text).optional();
  const milliseconds = z.number().positive().optional();
  const hostFields = {
    host: text,
    port: z.int().min(1).max(65535).optional(),
    user: text.optional(),
    identityFiles: texts,
    passphrase: z.string().optional(),
    password: z.string().optional(),
    agent: z.union([text, z.literal(false)], { error: 'a path, or false' }).optional(),
    knownHostsFiles: texts,
    unknownHost: z.enum(['refuse', 'trust']).optional(),
    hostFingerprints: texts,
    connectTimeoutMs: milliseconds,
    keepaliveIntervalMs: z.number().nonnegative().optional(),
    keepaliveCountMax: z.int().min(1).optional(),
  };
  return z.strictObject({
    type: z.literal('ssh'),
    ...hostFields,
    jumpHosts: z
      .array(z.union([text, z.strictObject(hostFields)], { error: 'a host, as text or with the options of a host' }))
      .optional(),
    configFile: z.union([text, z.literal(false)], { error: 'a path, or false' }).optional(),
    cwd: text.optional(),
    env: z.record(z.string(), z.string()).optional(),
    whenCut: z.enum(['end', 'keep']).optional(),
    startupTimeoutMs: milliseconds,
    channelTimeoutMs: milliseconds,
    channelsPerConnection: z.int().min(1).optional(),
    idleConnectionMs: milliseconds,
  });
}
