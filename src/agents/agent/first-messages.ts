import type { Json, JsonObject } from '../../core/json.ts';
import type { HandlerContext } from '../../orchestration/task/handler.ts';
import type { Task } from '../../orchestration/task/task.ts';
import type { ChatMessage } from '../model/chat-model.ts';
import { type AgentSpec, outputSchema } from './agent-spec.ts';

/** What an agent is told before its first turn: who it is, what it remembers, and its task with all that belongs to it. */
export function firstMessages(
  spec: AgentSpec,
  task: Task,
  context: HandlerContext,
  remembered: string,
): readonly ChatMessage[] {
  const { instructions, name, role, description } = spec;
  const self = instructions ?? [`You are ${name}${role ? `, ${role}` : ''}.`, description ?? ''].join(' ').trim();
  const schema = outputSchema(spec);
  const shape = schema
    ? `Answer at the end with JSON only, which fits this JSON Schema:\n${JSON.stringify(schema)}`
    : '';
  const failures = Object.fromEntries(Object.entries(context.failures).map(([id, { message }]) => [id, message]));
  const parts = [
    task.goal,
    section('Input', task.input),
    section('Results of the steps before', context.inputs),
    section('Steps before that failed', failures),
    list('Constraints', task.constraints),
    section('Preferences', task.preferences),
    section('Context', context.context),
  ];
  return [
    { role: 'system', content: join([self, remembered, shape]) },
    { role: 'user', content: join(parts) },
  ];
}

function section(title: string, value: Json | undefined): string {
  if (value === undefined || value === null || isEmpty(value)) return '';
  return `${title}:\n${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}`;
}

function list(title: string, items: readonly string[] = []): string {
  return items.length === 0 ? '' : `${title}:\n${items.map((item) => `- ${item}`).join('\n')}`;
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && Object.keys(value as JsonObject).length === 0;
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
