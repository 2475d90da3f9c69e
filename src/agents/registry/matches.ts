import type { AgentQuery } from '../../orchestration/task/agent-query.ts';
import type { AgentSpec } from '../agent/agent-spec.ts';

/** Whether an agent answers a query: its name, or everything that the query asks for. */
export function matches(spec: AgentSpec, query: AgentQuery): boolean {
  if (typeof query === 'string') return spec.name === query;
  const { name, capability, tags = {}, requires = {} } = query;
  const own = { capabilities: spec.capabilities ?? [], tools: spec.tools ?? [], tags: spec.tags ?? [] };
  return (
    (name === undefined || spec.name === name) &&
    (capability === undefined || own.capabilities.includes(capability) || spec.role === capability) &&
    hasAll(own.tags, tags.all) &&
    (tags.some === undefined || tags.some.some((tag) => own.tags.includes(tag))) &&
    hasAll(own.capabilities, requires.capabilities) &&
    hasAll(own.tools, requires.tools)
  );
}

function hasAll(own: readonly string[], wanted: readonly string[] = []): boolean {
  return wanted.every((one) => own.includes(one));
}
