import { z } from 'zod';

/** What a task needs of the place where it runs. Absent means: does not matter. */
export interface Requires {
  /** Abilities that the place or agent must have. */
  readonly capabilities?: readonly string[] | undefined;
  /** Tools that must be installed. */
  readonly tools?: readonly string[] | undefined;
  /** `local`, `docker`, `ssh`, … */
  readonly platform?: string | undefined;
  /** Processor cores, may be a fraction. */
  readonly cpu?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Memory of the accelerator. */
  readonly vramBytes?: number | undefined;
  /** Least access to a network: `none` < `limited` < `full`. */
  readonly network?: 'none' | 'limited' | 'full' | undefined;
}

/** Schema of {@link Requires}. */
export const requiresSchema: z.ZodType<Requires> = z.strictObject({
  capabilities: z.array(z.string()).readonly().optional(),
  tools: z.array(z.string()).readonly().optional(),
  platform: z.string().optional(),
  cpu: z.number().nonnegative().optional(),
  memoryBytes: z.number().nonnegative().optional(),
  vramBytes: z.number().nonnegative().optional(),
  network: z.enum(['none', 'limited', 'full']).optional(),
});
