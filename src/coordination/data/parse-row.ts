import { z } from 'zod';
import { agentKinds } from '../task/agent-kinds.ts';
import type { DependencyRow, TaskRow } from './task-row.ts';

const names = agentKinds.map(({ name }) => name) as [string, ...string[]];
const kinds = z.array(z.enum(names));

const taskSchema = z.object({
  id: z.string().min(1),
  source: z.string().min(1),
  licence: z.string().default('unknown'),
  text: z.string(),
  languages: kinds.default([]),
  tools: kinds.default([]),
  domains: kinds.default([]),
  known: kinds.default([]),
  context: z
    .object({ files: z.number(), ext: z.record(z.string(), z.number()), markers: z.array(z.string()) })
    .nullish(),
  difficulty: z.object({ level: z.literal([0, 1, 2, 3]), lines: z.number().min(0).nullish() }).nullish(),
  effort: z.record(z.string(), z.number().min(0)).nullish(),
  decompose: z.object({ value: z.boolean() }).nullish(),
  split: z.string().default('train'),
});

/** Checks one line of a tasks file; more fields than these may stand in it. @throws Error that names the field */
export function parseTaskRow(value: unknown): TaskRow {
  const { languages, tools, domains, context, difficulty, effort, decompose, ...row } = check(taskSchema, value);
  return {
    ...row,
    agents: [...languages, ...tools, ...domains],
    ...(context && { context }),
    ...(difficulty && { difficulty: { level: difficulty.level, lines: difficulty.lines ?? undefined } }),
    ...(effort && { effort }),
    ...(decompose && { decompose: decompose.value }),
  };
}

const dependencySchema = z
  .object({
    id: z.string().min(1),
    source: z.string().min(1),
    licence: z.string().default('unknown'),
    kind: z.string().default('graph'),
    request: z.string(),
    nodes: z.array(z.string()),
    edges: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
    split: z.string().default('train'),
  })
  .refine(({ nodes, edges }) => edges.every(([from, to]) => from !== to && Math.max(from, to) < nodes.length), {
    error: 'edges: each joins two different nodes of the row',
  });

/** Checks one line of a dependencies file. @throws Error that names the field */
export function parseDependencyRow(value: unknown): DependencyRow {
  return check(dependencySchema, value);
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join('.') || 'row'}: ${issue?.message}`);
}
