import { z } from 'zod';
import type { Tool, ToolContext } from '../../../agents/tools/tool.ts';
import { RexError } from '../../../core/errors.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import type { Job } from '../state/job.ts';
import { jobStatus, looks, waitField, waitMs } from './fields.ts';
import { providerTool } from './provider-tool.ts';
import { waitFor } from './wait-for.ts';
import { wholeCharacters } from './whole-characters.ts';

const defaultLimit = 16_384;
const greatestLimit = 65_536;
const position = {
  job: z.string(),
  status: jobStatus,
  exit_code: z.int().optional(),
};

/** Follows jobs, writes to them and ends them. */
export function jobTools(state: ProviderState): Tool[] {
  const jobOf = (handle: string, context: ToolContext): Job => state.jobs.get(handle, ownerOf(context));
  return [
    providerTool({
      name: 'job_read',
      title: 'Read job',
      description:
        'Output of a job (stdout and stderr in order) from a byte offset, also after its end. Waits for more or the end.',
      input: z.strictObject({
        job: z.string(),
        offset: z.int().optional().describe('Default 0; negative: from the end'),
        limit: z.int().min(16).max(greatestLimit).optional(),
        wait_s: waitField,
      }),
      output: z.object({
        ...position,
        text: z.string(),
        offset: z.int(),
        next: z.int(),
        total: z.int(),
        note: z.string().optional(),
      }),
      annotations: looks,
      run: async ({ job: handle, offset = 0, limit = defaultLimit, wait_s }, context) => {
        const job = jobOf(handle, context);
        await awaitMore(state, job, offset, wait_s ?? 0, context);
        const part = job.log.read(offset, limit);
        const isEnd = part.next >= job.log.total && job.status !== 'running';
        const { text, start, end } = wholeCharacters(part.data, { first: part.offset === 0, last: isEnd });
        return {
          ...statusOf(job),
          text,
          offset: part.offset + start,
          next: end === part.data.length ? part.next : part.offset + end,
          total: job.log.total,
          ...(job.note === undefined ? {} : { note: job.note }),
        };
      },
    }),
    providerTool({
      name: 'job_input',
      title: 'Write to job',
      description: 'Type into a running job.',
      input: z.strictObject({
        job: z.string(),
        text: z.string().optional(),
        key: z.enum(['enter', 'ctrl-c', 'ctrl-d']).optional().describe('Pressed after the text'),
      }),
      output: z.object(position),
      annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
      run: async ({ job: handle, text = '', key }, context) => {
        const job = jobOf(handle, context);
        const { controls } = job;
        if (!controls) {
          const hint = `It has ended (${job.status}); read what it printed with job_read.`;
          throw new RexError(
            'PROCESS_ENDED',
            `${handle} takes no input`,
            { id: handle, operation: 'job_input' },
            { hint },
          );
        }
        const typed = key === 'enter' ? `${text}\n` : text;
        if (typed !== '') await controls.write(typed);
        if (key === 'ctrl-d') await controls.closeInput();
        if (key === 'ctrl-c') await controls.interrupt();
        return statusOf(job);
      },
    }),
    providerTool({
      name: 'job_cancel',
      title: 'Cancel job',
      description: 'Kill a job and all it started.',
      input: z.strictObject({ job: z.string() }),
      output: z.object(position),
      annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
      run: async ({ job: handle }, context) => {
        const job = jobOf(handle, context);
        await job.controls?.kill();
        await job.ended;
        return statusOf(job);
      },
    }),
  ];
}

/** Waits until a job has printed something after an offset, or has ended. */
async function awaitMore(
  state: ProviderState,
  job: Job,
  offset: number,
  seconds: number,
  context: ToolContext,
): Promise<void> {
  const deadline = state.clock.now() + waitMs(seconds, state.maxWaitMs);
  const from = offset < 0 ? job.log.total : offset;
  while (job.status === 'running' && job.log.total <= from && !context.signal.aborted) {
    const timeMs = deadline - state.clock.now();
    if (timeMs <= 0) return;
    const promise = Promise.race([job.log.changed(), job.ended]);
    await waitFor({ promise, timeMs, clock: state.clock, say: () => 'waiting for output' }, context);
  }
}

function statusOf(job: Job): { job: string; status: Job['status']; exit_code?: number } {
  return { job: job.id, status: job.status, ...(job.exitCode === undefined ? {} : { exit_code: job.exitCode }) };
}
