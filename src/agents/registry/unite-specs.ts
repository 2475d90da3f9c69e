import type { Budget } from '../../orchestration/task/budget.ts';
import type { AgentSpec } from '../agent/agent-spec.ts';

/** A spec with what two agents can do together; what `into` says goes first. */
export function uniteSpecs(first: AgentSpec, second: AgentSpec, into: Partial<AgentSpec>): AgentSpec {
  // An agent that names no tools may use all; so may the two together.
  const tools = first.tools && second.tools && union(first.tools, second.tools);
  const united = {
    name: `${first.name}+${second.name}`,
    role: first.role ?? second.role,
    description: lines(first.description, second.description),
    capabilities: union(first.capabilities, second.capabilities),
    tools,
    skills: union(first.skills, second.skills),
    instructions: lines(first.instructions, second.instructions),
    model: first.model ?? second.model,
    memory: first.memory ?? second.memory,
    limits: widest(first.limits, second.limits),
    outputs: first.outputs ?? second.outputs,
    tags: union(first.tags, second.tags),
    ...into,
  };
  return Object.fromEntries(Object.entries(united).filter(([, value]) => value !== undefined)) as unknown as AgentSpec;
}

function union(first: readonly string[] = [], second: readonly string[] = []): string[] {
  return [...new Set([...first, ...second])];
}

function lines(first: string | undefined, second: string | undefined): string | undefined {
  const parts = union(first === undefined ? [] : [first], second === undefined ? [] : [second]);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

/** Both have to be bounded for the two to be. */
function widest(first: Budget | undefined, second: Budget | undefined): Budget | undefined {
  if (!first || !second) return undefined;
  const shared = (Object.keys(first) as (keyof Budget)[]).filter((key) => second[key] !== undefined);
  return Object.fromEntries(shared.map((key) => [key, Math.max(first[key] ?? 0, second[key] ?? 0)]));
}
