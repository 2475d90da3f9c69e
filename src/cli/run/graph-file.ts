import { z } from 'zod';
import type { FailurePolicy, Json } from '../../orchestration/index.ts';
import { jsonSchema } from '../../orchestration/task/json-schema.ts';
import type { DeploymentConfig } from '../../sandbox/deployment/deployment-config.ts';

/** One node of a graph file: what is done, after what, and what happens when it fails. */
export interface FileNode {
  /** Unique in the file; no `/` and no `~`. */
  readonly id: string;
  /** What is wanted, in words. Default: the command, or the name of the agent or tool. */
  readonly goal?: string | undefined;
  /** A script for a shell of its own. */
  readonly run?: string | undefined;
  /** Name of an agent. */
  readonly agent?: string | undefined;
  /** Name of a tool of the sandbox. */
  readonly tool?: string | undefined;
  /** What the agent or tool is given. */
  readonly input?: Json | undefined;
  /** Ids of nodes that must be over first. */
  readonly needs?: readonly string[] | undefined;
  /** When it runs, such as `tests.exitCode == 0`; it is skipped otherwise. */
  readonly when?: string | undefined;
  /** Default `fail`: the run fails. */
  readonly onFail?: Exclude<FailurePolicy, 'replan'> | undefined;
  /** Waits for somebody's yes; a text says what is asked. */
  readonly approval?: boolean | string | undefined;
  /** Time for one try. Default: unbounded. */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first. Default 0. */
  readonly retries?: number | undefined;
  /** Name of a deployment. Default: that of the file. */
  readonly deployment?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Directory in which the script starts; relative to the workspace. */
  readonly cwd?: string | undefined;
  /** Files whose text becomes part of the output, by names of your choice. */
  readonly outputs?: Readonly<Record<string, string>> | undefined;
  /** Exit codes that are no failure. Default 0. */
  readonly exitCodes?: readonly number[] | undefined;
}

/** A graph as a user writes it, in YAML or JSON. */
export interface GraphFile {
  readonly name?: string | undefined;
  readonly goal?: string | undefined;
  /** Directory in which everything starts; relative to the file. Default: the file's directory. */
  readonly workspace?: string | undefined;
  /** `local` (default), `bubblewrap`, or a name of `deployments`. */
  readonly deployment?: string | undefined;
  readonly deployments?: Readonly<Record<string, DeploymentConfig>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Nodes at work at the same time, at most. Default 250. */
  readonly concurrency?: number | undefined;
  /** A module whose exports are agents or handlers; relative to the file. */
  readonly agents?: string | undefined;
  readonly nodes: readonly FileNode[];
}

const text = z.string().refine((value) => value.trim() !== '', 'expected a text that is not empty');
const texts = z.record(z.string().min(1), z.string());
const count = z.int().nonnegative();

const node = z.strictObject({
  id: z.string().regex(/^[^/~\s][^/~]*$/, 'an id has at least one character and neither "/" nor "~"'),
  goal: text.optional(),
  run: text.optional(),
  agent: text.optional(),
  tool: text.optional(),
  input: jsonSchema.optional(),
  needs: z.array(z.string()).optional(),
  when: text.optional(),
  onFail: z.enum(['fail', 'skip', 'continue', 'escalate']).optional(),
  approval: z.union([z.boolean(), text]).optional(),
  timeoutMs: z.number().positive().optional(),
  retries: count.max(100).optional(),
  deployment: text.optional(),
  env: texts.optional(),
  cwd: text.optional(),
  outputs: texts.optional(),
  exitCodes: z.array(count.max(255)).min(1).optional(),
});

/** Schema of {@link GraphFile}. Deployments are checked by their own schema. */
export const graphFileSchema: z.ZodType<GraphFile> = z.strictObject({
  name: text.optional(),
  goal: text.optional(),
  workspace: text.optional(),
  deployment: text.optional(),
  deployments: z
    .record(
      z.string().min(1),
      z.custom<DeploymentConfig>((value) => typeof value === 'object'),
    )
    .optional(),
  env: texts.optional(),
  concurrency: z.int().min(1).max(10_000).optional(),
  agents: text.optional(),
  nodes: z.array(node).min(1, 'expected at least one node'),
}) as unknown as z.ZodType<GraphFile>;

/** Deployments that every file has. */
export const builtInDeployments: readonly string[] = ['local', 'bubblewrap'];
