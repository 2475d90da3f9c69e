import { z } from 'zod';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import type { Json } from '../../../core/json.ts';
import { cutMiddle } from '../cut-middle.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import { type AgentRun, isOver } from '../state/run-desk.ts';
import { acts, looks, sandboxField, waitField, waitMs } from './fields.ts';
import { providerTool } from './provider-tool.ts';
import { waitFor } from './wait-for.ts';

const longestOutput = 24 * 1024;
const longestEvents = 16 * 1024;

const runOutput = z.object({
  run: z.string(),
  status: z.enum(['running', 'paused', 'done', 'failed', 'cancelled']),
  output: z.string().optional(),
  error: z.string().optional(),
});

/** Has agents do tasks. */
export function agentTools(state: ProviderState): Tool[] {
  const { runs, sandboxes } = state;
  const names = Object.keys(runs.agents);
  const runOf = (handle: string, context: ToolContext): AgentRun => runs.get(handle, ownerOf(context));
  return [
    providerTool({
      name: 'agent_run',
      title: 'Run agent',
      description: 'Have an agent do a task. Still running after wait_s: go on with agent_status.',
      input: z.strictObject({
        task: z.string().min(1),
        agent: z
          .string()
          .optional()
          .describe(`One of: ${names.slice(0, 20).join(', ') || 'none'}`),
        sandbox: sandboxField,
        max_steps: z.int().min(1).optional(),
        wait_s: waitField,
      }),
      output: runOutput,
      annotations: acts,
      run: async ({ task, agent, sandbox, max_steps, wait_s }, context) => {
        const place = await sandboxes.get(sandbox, ownerOf(context));
        const entry = runs.start({ agent, goal: task, maxSteps: max_steps, sandbox: place });
        await awaitRun(state, entry, wait_s, context);
        if (context.signal.aborted) await entry.run.cancel('the caller gave up');
        return viewOf(entry);
      },
    }),
    providerTool({
      name: 'agent_status',
      title: 'Agent status',
      description: 'State and events of a run, from an event on.',
      input: z.strictObject({ run: z.string(), event: z.int().min(0).optional(), wait_s: waitField }),
      output: runOutput.extend({ events: z.array(z.string()), next: z.int() }),
      annotations: looks,
      run: async ({ run, event = 0, wait_s }, context) => {
        const entry = runOf(run, context);
        await awaitRun(state, entry, wait_s ?? 0, context);
        return { ...viewOf(entry), ...eventsOf(entry, event) };
      },
    }),
    providerTool({
      name: 'agent_cancel',
      title: 'Cancel agent',
      description: 'Stop a run and all it started.',
      input: z.strictObject({ run: z.string() }),
      output: runOutput,
      annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
      run: async ({ run }, context) => {
        const entry = runOf(run, context);
        if (!isOver(entry.run.status)) await entry.run.cancel('cancelled by agent_cancel');
        await entry.ended;
        return viewOf(entry);
      },
    }),
  ];
}

async function awaitRun(
  state: ProviderState,
  entry: AgentRun,
  seconds: number | undefined,
  context: ToolContext,
): Promise<void> {
  const timeMs = waitMs(seconds, state.maxWaitMs);
  const say = () => `${entry.agent}: ${entry.dropped + entry.lines.length} events`;
  await waitFor({ promise: entry.ended, timeMs, clock: state.clock, say }, context);
}

function viewOf(entry: AgentRun): z.infer<typeof runOutput> {
  const { id, run, output, error } = entry;
  return {
    run: id,
    status: run.status,
    ...(output === undefined ? {} : { output: cutMiddle(asText(output), longestOutput) }),
    ...(error === undefined ? {} : { error: cutMiddle(error, longestOutput) }),
  };
}

function eventsOf({ lines, dropped }: AgentRun, first: number): { events: string[]; next: number } {
  const events: string[] = [];
  let length = 0;
  for (const line of lines.slice(Math.max(0, first - dropped))) {
    length += line.length;
    if (length > longestEvents && events.length > 0) break;
    events.push(line);
  }
  return { events, next: Math.max(first, dropped) + events.length };
}

function asText(output: Json): string {
  return typeof output === 'string' ? output : JSON.stringify(output);
}
