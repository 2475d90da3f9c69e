import { z } from 'zod';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { invalidArgument } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { settlesWithin } from '../../../core/settles-within.ts';
import { cutMiddle } from '../cut-middle.ts';
import { ownerOf, peerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import type { AgentRun } from '../state/agent-run.ts';
import { isOver } from '../state/run-desk.ts';
import { describeTicket, findTicket, isYesOrNo, openTickets, saysYes, toAnswer } from '../state/run-tickets.ts';
import { askPerson, needsAnswer } from './ask-person.ts';
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
const waitingOutput = runOutput.extend({
  tickets: z.array(z.object({ ticket: z.string(), for: z.string(), request: z.string() })).optional(),
});

/** What `agent_run` is given. */
interface RunRequest {
  readonly task?: string | undefined;
  readonly agent?: string | undefined;
  readonly sandbox?: string | undefined;
  readonly max_steps?: number | undefined;
  readonly run?: string | undefined;
  readonly ticket?: string | undefined;
  readonly answer?: string | undefined;
}

/** Has agents do tasks. */
export function agentTools(state: ProviderState): Tool[] {
  const { runs } = state;
  const names = Object.keys(runs.agents);
  const runOf = (handle: string, context: ToolContext): AgentRun => runs.get(handle, ownerOf(context));
  return [
    providerTool({
      name: 'agent_run',
      title: 'Run agent',
      description:
        'Have an agent do a task, or answer an open ticket of a run. Still running after wait_s: go on with agent_status.',
      input: z.strictObject({
        task: z.string().min(1).optional(),
        agent: z
          .string()
          .optional()
          .describe(`One of: ${names.slice(0, 20).join(', ') || 'none'}`),
        sandbox: sandboxField,
        max_steps: z.int().min(1).optional(),
        run: z.string().optional(),
        ticket: z.string().optional(),
        answer: z.string().optional().describe("Your user's: yes, no or text"),
        wait_s: waitField,
      }),
      output: waitingOutput,
      annotations: acts,
      run: async ({ wait_s, ...request }, context) => {
        if (request.run !== undefined) {
          const asked = runOf(request.run, context);
          await answerTicket(asked, request, context);
          await awaitRun(state, asked, wait_s, context);
          return viewOf(asked);
        }
        const entry = await begin(state, request, context);
        await awaitRun(state, entry, wait_s, context);
        if (context.signal.aborted) await entry.run.cancel('the caller gave up');
        return viewOf(entry);
      },
    }),
    providerTool({
      name: 'agent_status',
      title: 'Agent status',
      description: 'State, open tickets and events of a run, from an event on.',
      input: z.strictObject({ run: z.string(), event: z.int().min(0).optional(), wait_s: waitField }),
      output: waitingOutput.extend({ events: z.array(z.string()), next: z.int() }),
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
        if (!isOver(entry.run.status)) void entry.run.cancel('cancelled by agent_cancel').catch(() => {});
        // A handler that does not listen to its signal keeps nobody waiting.
        await settlesWithin(entry.ended, state.maxWaitMs);
        return viewOf(entry);
      },
    }),
  ];
}

async function begin({ runs, sandboxes }: ProviderState, request: RunRequest, context: ToolContext): Promise<AgentRun> {
  const { task, agent, sandbox, max_steps, ticket, answer } = request;
  if (task === undefined) throw invalidArgument('task', 'a task, or `run` and `answer`', task);
  if ((ticket ?? answer) !== undefined) throw invalidArgument('run', 'the run that asked', undefined);
  const place = await sandboxes.get(sandbox, ownerOf(context));
  return runs.start({ agent, goal: task, maxSteps: max_steps, sandbox: place });
}

/** A yes to an approval is the person's alone where the client can ask: then it only has the person asked again. */
async function answerTicket(
  entry: AgentRun,
  { task, ticket: name, answer }: RunRequest,
  context: ToolContext,
): Promise<void> {
  if (task !== undefined) throw invalidArgument('task', 'nothing beside `run`', task);
  if (answer === undefined) throw invalidArgument('answer', 'an answer to the ticket', answer);
  const ticket = findTicket(entry.run, name);
  if (isYesOrNo(ticket) && saysYes(answer) && peerOf(context)?.offers.forms) {
    if (!entry.asking.has(ticket.ticket)) entry.asked.delete(ticket.ticket);
    return;
  }
  await entry.run.answer(ticket.ticket, toAnswer(ticket, answer));
}

/** Waits until a run is over, or asks something that nobody is being asked. */
async function awaitRun(
  state: ProviderState,
  entry: AgentRun,
  seconds: number | undefined,
  context: ToolContext,
): Promise<void> {
  const deadline = state.clock.now() + waitMs(seconds, state.maxWaitMs);
  const say = () => `${entry.agent}: ${entry.dropped + entry.lines.length} events`;
  for (;;) {
    askPerson(entry, peerOf(context));
    const timeMs = deadline - state.clock.now();
    if (entry.isEnded || needsAnswer(entry) || timeMs <= 0 || context.signal.aborted) return;
    await waitFor({ promise: entry.changed(), timeMs, clock: state.clock, say }, context);
  }
}

function viewOf(entry: AgentRun): z.infer<typeof waitingOutput> {
  const { id, run, output, error } = entry;
  const tickets = openTickets(run).map(describeTicket);
  return {
    run: id,
    status: run.status,
    ...(output === undefined ? {} : { output: cutMiddle(asText(output), longestOutput) }),
    ...(error === undefined ? {} : { error: cutMiddle(error, longestOutput) }),
    ...(tickets.length > 0 ? { tickets } : {}),
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
