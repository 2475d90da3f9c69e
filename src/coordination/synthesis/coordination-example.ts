import { z } from 'zod';

/** One agent of an example: `language_python`, `tool_test`, `domain_web`. */
export interface AgentAssignment {
  readonly agent_type: string;
  /** 1 for the first. */
  readonly priority: number;
  /** Milliseconds. */
  readonly estimated_duration: number;
  /** Agent types of this example that come before. */
  readonly dependencies: readonly string[];
}

/** An example of coordination, one line of a JSONL file; the names of its fields are those of the source's design. */
export interface CoordinationExample {
  readonly task_description: string;
  readonly task_complexity: {
    /** 0 to 3: at most 15, 80, 300 changed lines, or more. */
    readonly level: 0 | 1 | 2 | 3;
    /** Absent where only the working time is known. */
    readonly changed_lines?: number | undefined;
    readonly files?: number | undefined;
  };
  readonly optimal_agent_assignments: readonly AgentAssignment[];
  readonly coordination_decisions: {
    readonly decompose: boolean;
    /** Agent types that can work side by side, group after group. */
    readonly parallel_groups: readonly (readonly string[])[];
    /** Agent types about which the source speaks: those that are not assigned were not needed. */
    readonly considered: readonly string[];
  };
  readonly expected_performance: {
    /** Milliseconds of the longest chain. */
    readonly duration: number;
    /** Milliseconds of one agent after another. */
    readonly sequential_duration: number;
    /** `sequential_duration` over `duration`. */
    readonly speedup: number;
    /** Part of the subtasks that succeeded; 1 where the source is a finished change. */
    readonly success_rate: number;
  };
}

const duration = z.number().nonnegative();
const types = z.array(z.string());

/** Schema of {@link CoordinationExample}. */
export const coordinationExampleSchema: z.ZodType<CoordinationExample> = z.strictObject({
  task_description: z.string(),
  task_complexity: z.strictObject({
    level: z.literal([0, 1, 2, 3]),
    changed_lines: z.int().nonnegative().optional(),
    files: z.int().nonnegative().optional(),
  }),
  optimal_agent_assignments: z
    .array(
      z.strictObject({
        agent_type: z.string().regex(/^(language|tool|domain)_[a-z-]+$/),
        priority: z.int().positive(),
        estimated_duration: duration,
        dependencies: types,
      }),
    )
    .min(1),
  coordination_decisions: z.strictObject({
    decompose: z.boolean(),
    parallel_groups: z.array(types.min(1)),
    considered: types,
  }),
  expected_performance: z.strictObject({
    duration,
    sequential_duration: duration,
    speedup: z.number().min(1),
    success_rate: z.number().min(0).max(1),
  }),
});
