import { z } from 'zod';
import type { TerminalSize } from '../../process/command.ts';
import type { WireCommand } from '../../runtime/remote-command-wire.ts';
import type { WireInterrupt, WireRun, WireSessionOptions } from '../../runtime/remote-session-wire.ts';
import type { WirePattern } from '../../runtime/remote-value-wire.ts';

const optional = <Schema extends z.ZodType>(schema: Schema) => z.exactOptional(schema);

const duration = optional(z.number().positive());
const bytes = z.union([z.string(), z.object({ base64: z.string() })]);
const environment = z.record(z.string(), z.string().nullable());
const pattern = z.union([z.string(), z.object({ source: z.string(), flags: z.string() })]);
const size = z.object({ columns: z.number().int().positive(), rows: z.number().int().positive() });
const check = optional(z.enum(['return', 'raise']));
const streams = optional(z.enum(['separate', 'merged']));
const outputLimit = optional(z.number().int().positive());

/** Body of `POST /execute` and `POST /processes`. */
export const commandBody: z.ZodType<WireCommand> = z.object({
  command: z.union([z.string(), z.array(z.string())]),
  options: z.object({
    cwd: optional(z.string()),
    env: optional(environment),
    inheritEnv: optional(z.boolean()),
    stdin: optional(bytes),
    keepInput: optional(z.boolean()),
    timeoutMs: duration,
    idleTimeoutMs: duration,
    maxOutputBytes: outputLimit,
    check,
    streams,
    graceMs: optional(z.number().nonnegative()),
    shell: optional(z.string()),
    pty: optional(z.union([z.boolean(), size])),
  }),
});

/** The `search` of `GET /processes/ID/wait-for`. */
export interface WaitForBody {
  readonly pattern: WirePattern;
  readonly after?: number;
  readonly timeoutMs?: number;
}

/** Schema of {@link WaitForBody}. */
export const waitForBody: z.ZodType<WaitForBody> = z.object({
  pattern,
  after: optional(z.number().int().nonnegative()),
  timeoutMs: duration,
});

/** Body of the two resize routes. */
export const sizeBody: z.ZodType<TerminalSize> = size;

/** Body of `POST /processes/ID/kill`. */
export interface KillBody {
  readonly signal?: string;
  readonly graceMs?: number;
}

/** Schema of {@link KillBody}. */
export const killBody: z.ZodType<KillBody> = z.object({
  signal: optional(z.string().regex(/^SIG[A-Z0-9]+$/)),
  graceMs: optional(z.number().nonnegative()),
});

/** Body of `POST /sessions`. */
export const sessionBody: z.ZodType<WireSessionOptions> = z.object({
  session: optional(z.string()),
  shell: optional(z.string()),
  cwd: optional(z.string()),
  env: optional(environment),
  inheritEnv: optional(z.boolean()),
  loadRc: optional(z.boolean()),
  startupSource: optional(z.array(z.string())),
  startupTimeoutMs: duration,
  pty: optional(z.union([z.boolean(), size])),
  streams,
  maxOutputBytes: outputLimit,
});

/** Body of `POST /sessions/NAME/run`. */
export const runBody: z.ZodType<WireRun> = z.object({
  script: optional(bytes),
  options: z.object({
    timeoutMs: duration,
    idleTimeoutMs: duration,
    maxOutputBytes: outputLimit,
    check,
    expect: optional(z.array(pattern)),
    interactive: optional(z.boolean()),
    validate: optional(z.boolean()),
  }),
  outputId: optional(z.string().min(16).max(64)),
});

/** Body of `POST /sessions/NAME/interrupt`. */
export const interruptBody: z.ZodType<WireInterrupt> = z.object({
  graceMs: optional(z.number().nonnegative()),
  timeoutMs: duration,
});

/** Body of `POST /close`: what to end; without a list, all of that kind. */
export interface CloseBody {
  readonly sessions?: readonly string[];
  readonly processes?: readonly string[];
}

/** Schema of {@link CloseBody}. */
export const closeBody: z.ZodType<CloseBody> = z.object({
  sessions: optional(z.array(z.string())),
  processes: optional(z.array(z.string())),
});

/** Body of `POST /files/mkdir`, `remove`, `rename` and `chmod`. */
export interface PathBody {
  readonly path: string;
  readonly to?: string;
  readonly mode?: number;
  readonly parents?: boolean;
  readonly recursive?: boolean;
  readonly missing?: 'error' | 'ignore';
}

/** Schema of {@link PathBody}. */
export const pathBody: z.ZodType<PathBody> = z.object({
  path: z.string(),
  to: optional(z.string()),
  mode: optional(z.number().int().nonnegative()),
  parents: optional(z.boolean()),
  recursive: optional(z.boolean()),
  missing: optional(z.enum(['error', 'ignore'])),
});
