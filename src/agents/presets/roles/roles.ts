import { z } from 'zod';
import type { JsonObject } from '../../../core/json.ts';
import type { AgentSpec } from '../../agent/agent-spec.ts';

const text = z.string();
const texts = z.array(text);

/** Schema of a planner's output: what is done in which order, on which files. */
export const planSchema: z.ZodType<Plan> = z.object({
  summary: text,
  tasks: z.array(z.object({ id: text, goal: text, files: texts, dependsOn: texts })),
  files: texts,
});

/** A planner's output. */
export interface Plan {
  readonly summary: string;
  /** A dependency graph: ids of `tasks`. */
  readonly tasks: readonly {
    readonly id: string;
    readonly goal: string;
    readonly files: readonly string[];
    readonly dependsOn: readonly string[];
  }[];
  /** All files that will be touched. */
  readonly files: readonly string[];
}

/** Schema of a coder's output: patches, files and the commands that were run. */
export const changeSchema: z.ZodType<Change> = z.object({
  summary: text,
  files: z.array(z.object({ path: text, content: text })),
  patches: z.array(z.object({ path: text, oldText: text, newText: text })),
  commands: texts,
});

/** A coder's output. */
export interface Change {
  readonly summary: string;
  /** Whole files. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly patches: readonly { readonly path: string; readonly oldText: string; readonly newText: string }[];
  readonly commands: readonly string[];
}

/** Schema of a reviewer's output: comments, and yes or no. */
export const reviewSchema: z.ZodType<Review> = z.object({
  approved: z.boolean(),
  comments: z.array(
    z.object({ path: text, line: z.int().nullable(), severity: z.enum(['blocker', 'minor']), comment: text }),
  ),
});

/** A reviewer's output. */
export interface Review {
  readonly approved: boolean;
  readonly comments: readonly {
    readonly path: string;
    readonly line: number | null;
    readonly severity: 'blocker' | 'minor';
    readonly comment: string;
  }[];
}

/** Schema of a tester's output: tests, their results, and coverage where it is known. */
export const testReportSchema: z.ZodType<TestReport> = z.object({
  passed: z.boolean(),
  tests: z.array(z.object({ path: text, content: text })),
  results: z.array(z.object({ name: text, passed: z.boolean(), output: text })),
  coverage: z.number().min(0).max(1).nullable(),
});

/** A tester's output. */
export interface TestReport {
  readonly passed: boolean;
  readonly tests: readonly { readonly path: string; readonly content: string }[];
  readonly results: readonly { readonly name: string; readonly passed: boolean; readonly output: string }[];
  /** 0 to 1. */
  readonly coverage: number | null;
}

const reading = ['read_file', 'search_files', 'find_files'];
const working = [...reading, 'run_command', 'write_file', 'edit_file'];

/** The four roles of a coding team, as specs for `agent`; their outputs have schemas of their own. */
export const roles: Readonly<Record<'planner' | 'coder' | 'reviewer' | 'tester', AgentSpec>> = {
  planner: {
    name: 'planner',
    role: 'planner',
    description: 'Takes a task apart into small tasks with their files and their order',
    capabilities: ['plan'],
    tools: reading,
    instructions:
      'Look at the project first. Then plan: as few tasks as will do, each for one person and few files, with what each depends on. Write no code.',
    outputs: jsonSchema(planSchema),
  },
  coder: {
    name: 'coder',
    role: 'coder',
    description: 'Writes and changes code for one task',
    capabilities: ['write-code'],
    tools: working,
    instructions:
      'Read before you change. Make the smallest change that does the task, in the style of the project, and run what shows that it works.',
    outputs: jsonSchema(changeSchema),
  },
  reviewer: {
    name: 'reviewer',
    role: 'reviewer',
    description: 'Reads a change and says what is wrong with it',
    capabilities: ['review'],
    tools: reading,
    instructions:
      'Read the change and what it touches. Look for wrong behaviour first, then for what is missing. Approve when there is no blocker; every comment names a place and what to do.',
    outputs: jsonSchema(reviewSchema),
  },
  tester: {
    name: 'tester',
    role: 'tester',
    description: 'Designs tests from the task alone and runs them',
    capabilities: ['test'],
    tools: working,
    instructions:
      'Design tests from the task, without reading the solution: usual cases, limits, bad input. Run them and report exactly what happened; repair nothing.',
    outputs: jsonSchema(testReportSchema),
  },
};

function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema);
  return rest as JsonObject;
}
