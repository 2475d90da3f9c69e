import { z } from 'zod';
import { invalidArgument } from '../../core/errors.ts';
import type { PastTask } from '../policy/experiences.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { mentionedKinds } from '../task/keyword-rules.ts';
import { readPatch } from './read-patch.ts';

/** What an example is made of, wherever it comes from. */
export interface SourceTask {
  readonly text: string;
  /** Working time by agent kind. */
  readonly workMs: ReadonlyMap<string, number>;
  /** Names of the kinds about which the source speaks. */
  readonly considered: readonly string[];
  readonly changedLines?: number | undefined;
  readonly files?: number | undefined;
  readonly decompose?: boolean | undefined;
  readonly successRate: number;
}

/** An instance as SWE-smith writes them; further fields do not matter. */
export interface SweSmithInstance {
  readonly instance_id: string;
  readonly problem_statement: string;
  /** The difference between the faulty and the right code, either way round. */
  readonly patch: string;
  readonly repo?: string | undefined;
  readonly FAIL_TO_PASS?: readonly string[] | undefined;
}

const instanceSchema: z.ZodType<SweSmithInstance> = z.object({
  instance_id: z.string(),
  problem_statement: z.string(),
  patch: z.string(),
  repo: z.string().optional(),
  FAIL_TO_PASS: z.array(z.string()).optional(),
});

const pastTaskSchema = z.object({
  text: z.string(),
  known: z.array(z.string()),
  decompose: z.boolean().optional(),
  subtasks: z.array(z.object({ agent: z.string(), succeeded: z.boolean(), workMs: z.number().nonnegative() })),
});

/** Usual working time for a changed line. */
const lineMs = 90_000;
const shortestMs = 120_000;

/** Reads a SWE-smith instance or a task of a past run; undefined where no agent is known to be needed. @throws INVALID_ARGUMENT */
export function readSourceTask(value: unknown): SourceTask | undefined {
  const instance = instanceSchema.safeParse(value);
  if (instance.success) return fromInstance(instance.data);
  const past = pastTaskSchema.safeParse(value);
  if (past.success) return fromPastTask(past.data);
  throw invalidArgument('source', 'SWE-smith instances or tasks of past runs', value);
}

/** Languages and tools by the changed files, tests by what has to pass, domains by the text. */
function fromInstance({ problem_statement: text, patch, FAIL_TO_PASS = [] }: SweSmithInstance): SourceTask | undefined {
  const { files, lines, linesOf } = readPatch(patch);
  const workMs = new Map(Object.entries(linesOf).map(([kind, count]) => [kind, Math.max(shortestMs, count * lineMs)]));
  if (workMs.size === 0) return undefined;
  if (FAIL_TO_PASS.length > 0) {
    workMs.set('debug', shortestMs * Math.min(5, FAIL_TO_PASS.length));
    workMs.set('test', Math.max(shortestMs, workMs.get('test') ?? 0));
  }
  const mentioned = mentionedKinds(text);
  for (const { name, group } of agentKinds) {
    if (group === 'domain' && mentioned.has(name) && !workMs.has(name)) workMs.set(name, shortestMs);
  }
  const domains = ['web', 'ml-data', 'systems', 'security'];
  const considered = agentKinds.map(({ name }) => name).filter((name) => workMs.has(name) || !domains.includes(name));
  return { text, workMs, considered, changedLines: lines, files, successRate: 1 };
}

function fromPastTask({
  text,
  known,
  decompose,
  subtasks,
}: Pick<PastTask, 'text' | 'known' | 'decompose'> & {
  readonly subtasks: readonly Pick<PastTask['subtasks'][number], 'agent' | 'succeeded' | 'workMs'>[];
}): SourceTask | undefined {
  const workMs = new Map<string, number>();
  const useful = subtasks.filter(({ agent, succeeded }) => succeeded && agentKinds.some(({ name }) => name === agent));
  for (const { agent, workMs: own } of useful) workMs.set(agent, (workMs.get(agent) ?? 0) + own);
  if (workMs.size === 0) return undefined;
  const successRate = subtasks.filter(({ succeeded }) => succeeded).length / subtasks.length;
  return { text, workMs, considered: known, decompose, successRate };
}
