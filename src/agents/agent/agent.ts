import { invalidArgument } from '../../core/errors.ts';
import type { Handler, HandlerContext } from '../../orchestration/task/handler.ts';
import type { Outcome } from '../../orchestration/task/outcome.ts';
import type { Task } from '../../orchestration/task/task.ts';
import { toTaskError } from '../../orchestration/task/task-error.ts';
import { ResourceLocks } from '../tools/resource-locks.ts';
import type { Tool } from '../tools/tool.ts';
import { toolRuleSchema } from '../tools/tool-rule.ts';
import { toToolSchema } from '../tools/tool-schema.ts';
import { type ToolSet, toolSet } from '../tools/tool-set.ts';
import { AgentLoop } from './agent-loop.ts';
import type { AgentLease, AgentOptions } from './agent-options.ts';
import { type AgentSpec, outputSchema, parseAgentSpec } from './agent-spec.ts';
import { Ending } from './ending.ts';
import { firstMessages } from './first-messages.ts';
import { overLimit, WorkLimits } from './work-limits.ts';

/** Who does tasks: a spec, and the handler that works by it. */
export interface Agent {
  readonly spec: AgentSpec;
  readonly handle: Handler;
  /** The same with another spec, and with the tools of others besides its own; absent where it cannot be remade. */
  remake?(spec: AgentSpec, others: readonly Agent[]): Agent;
  /** Its tools, where they do not depend on what it leases. */
  readonly tools?: ToolSet | undefined;
}

/**
 * Makes an agent. Its handler takes turns until the model (or policy) has an output, answers its tool calls at the same
 * time, waits for approvals, gives way when asked to, and keeps every turn and call as a step of its node, so that a
 * crash repeats none.
 *
 * The handler fails with `BUDGET_EXCEEDED` (limits of the spec or of the run), `MODEL_FAILED`, `MODEL_ANSWER_INVALID`;
 * a tool's failure is told to the model.
 *
 * @throws INVALID_ARGUMENT for a spec, rules or tools that do not fit together, TOOL_UNKNOWN
 */
export function agent<Leased = undefined>(spec: AgentSpec, options: AgentOptions<Leased>): Agent {
  const parsed = parseAgentSpec(spec);
  const { decide, tools = [], rules = [], lease } = options;
  if (typeof decide !== 'object' || !('stream' in decide || 'decide' in decide)) {
    throw invalidArgument('decide', 'a ChatModel or a Policy', decide);
  }
  for (const rule of rules) {
    if (!toolRuleSchema.safeParse(rule).success) throw invalidArgument('rules', 'tool rules', JSON.stringify(rule));
  }
  const schema = outputSchema(parsed);
  const output = schema && toToolSchema(schema, 'output', `${parsed.name}.outputs`);
  const fixed = typeof tools === 'function' ? undefined : select(parsed, tools);
  const locks = options.locks ?? new ResourceLocks();

  const work = async (given: Task, context: HandlerContext, leased: Leased, signal: AbortSignal): Promise<Outcome> => {
    await using ending = new Ending();
    const { memory } = options;
    const { defer } = ending;
    const task = withDepth(given, parsed.limits?.depth);
    const limits = new WorkLimits(parsed.limits, options.price);
    try {
      if (task.goal.trim() === '' && task.input === undefined)
        throw invalidArgument('goal', 'what is wanted', task.goal);
      const own = fixed ?? select(parsed, typeof tools === 'function' ? tools(leased) : tools);
      const all = [...own.merge(memory?.tools?.() ?? [])];
      const offered = toolSet(all.filter((tool) => tool.isOffered?.({ task, context, defer }) ?? true));
      const opening = firstMessages(parsed, task, context, (await memory?.render(task)) ?? '');
      const execution = { spec: parsed, options, task, context, signal, locks, limits, output, opening, defer };
      return await new AgentLoop({ ...execution, tools: offered }).run();
    } catch (error) {
      if (context.signal.aborted) throw error;
      const reason = signal.aborted ? signal.reason : error;
      return { kind: 'fail', error: toTaskError(reason), usage: limits.freshUsage };
    }
  };

  const handle: Handler = async (task, context) => {
    await using timer = await startTimer(parsed.limits?.durationMs, context);
    if (!lease) return await work(task, context, undefined as Leased, timer.signal);
    const lent = await lease({ agent: parsed.name, task, signal: timer.signal });
    await using _back = giveBack(lent);
    return await work(task, context, lent.value, timer.signal);
  };

  return {
    spec: parsed,
    handle,
    tools: fixed,
    remake: (other, others) => {
      const more = others.flatMap((one) => [...(one.tools ?? [])]);
      const all = (own: Iterable<Tool>): Tool[] => unique([...own, ...more]);
      return agent<Leased>(other, {
        ...options,
        tools: typeof tools === 'function' ? (leased: Leased) => all(tools(leased)) : all(tools),
      });
    },
  };
}

/** The tools that the spec names, or all. */
function select({ tools: names }: AgentSpec, tools: Iterable<Tool>): ToolSet {
  const all = toolSet(tools);
  return names ? all.pick(names) : all;
}

/** The task, with the tighter of its own and the agent's greatest depth. */
function withDepth(task: Task, depth: number | undefined): Task {
  if (depth === undefined) return task;
  return { ...task, budget: { ...task.budget, depth: Math.min(depth, task.budget?.depth ?? depth) } };
}

/** Each name once: its first tool. */
function unique(tools: readonly Tool[]): Tool[] {
  const names = new Set<string>();
  return tools.filter(({ name }) => !names.has(name) && names.add(name));
}

function giveBack(lease: AgentLease<unknown>): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => lease.release() };
}

/** Aborts when the agent's time, counted from its first execution, is over. */
async function startTimer(
  durationMs: number | undefined,
  context: HandlerContext,
): Promise<AsyncDisposable & { readonly signal: AbortSignal }> {
  if (durationMs === undefined) return { signal: context.signal, [Symbol.asyncDispose]: async () => {} };
  const { clock } = context;
  const startedAt = await context.step('began', () => clock.now());
  const end = new AbortController();
  const leftMs = startedAt + durationMs - clock.now();
  const cancel = clock.setTimer(leftMs, () => end.abort(overLimit('durationMs', durationMs, durationMs, 0)));
  return {
    signal: AbortSignal.any([context.signal, end.signal]),
    [Symbol.asyncDispose]: async () => cancel(),
  };
}
