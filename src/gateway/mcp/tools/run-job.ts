import type { ToolContext } from '../../../agents/tools/tool.ts';
import { invalidArgument } from '../../../core/errors.ts';
import type { ProviderState } from '../provider-state.ts';
import type { Job, JobView } from '../state/job.ts';
import { placeIn, type Sandbox } from '../state/sandbox-desk.ts';
import { startInSession, startProcess } from '../state/start-job.ts';
import { waitMs } from './fields.ts';
import { waitFor } from './wait-for.ts';

/** What a command is given, in the words of the tools. */
export interface JobRequest {
  readonly command: string | readonly string[];
  /** What is shown as its command. */
  readonly shown: string;
  readonly session?: string | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly stdin?: string | undefined;
  readonly interactive?: boolean | undefined;
  readonly timeout_s?: number | undefined;
  readonly wait_s?: number | undefined;
}

const defaultTimeoutSeconds = 600;

/** Starts a command as a job, waits for its end for a while, and tells what there is by then. */
export async function runJob(
  state: ProviderState,
  sandbox: Sandbox,
  request: JobRequest,
  context: ToolContext,
): Promise<JobView> {
  const job = await startJob(state, sandbox, request);
  return await awaitJob(state, job, request.wait_s, context);
}

/** Waits for a job; a caller that gives up ends it. */
export async function awaitJob(
  state: ProviderState,
  job: Job,
  seconds: number | undefined,
  context: ToolContext,
): Promise<JobView> {
  const timeMs = waitMs(seconds, state.maxWaitMs);
  await waitFor(
    { promise: job.ended, timeMs, clock: state.clock, say: () => `${job.log.total} bytes of output` },
    context,
  );
  if (context.signal.aborted) await job.controls?.kill();
  return job.view();
}

async function startJob(state: ProviderState, sandbox: Sandbox, request: JobRequest): Promise<Job> {
  const timeoutMs = (request.timeout_s ?? defaultTimeoutSeconds) * 1000;
  if (request.session !== undefined) return await startSessionJob(state, sandbox, request, timeoutMs);
  const job = state.jobs.open(sandbox, request.shown);
  try {
    await startProcess(job, sandbox.runtime, request.command, {
      timeoutMs,
      cwd: placeIn(sandbox, request.cwd ?? '.'),
      ...(request.env ? { env: request.env } : {}),
      ...inputOf(request),
    });
    return job;
  } catch (error) {
    state.jobs.withdraw(job);
    throw error;
  }
}

async function startSessionJob(
  state: ProviderState,
  sandbox: Sandbox,
  { command, session: wanted, cwd, env, stdin, shown, interactive = false }: JobRequest,
  timeoutMs: number,
): Promise<Job> {
  if (stdin !== undefined)
    throw invalidArgument('stdin', 'nothing in a session: put a here-document into the command', stdin);
  const isNew = wanted === 'new';
  if (!isNew && (cwd !== undefined || env !== undefined)) {
    throw invalidArgument(
      'cwd, env',
      'nothing in a session that lives: use `cd` and `export` in the command',
      cwd ?? env,
    );
  }
  const handle = isNew
    ? await state.sandboxes.openSession(sandbox, { cwd: placeIn(sandbox, cwd ?? '.'), ...(env ? { env } : {}) })
    : (wanted as string);
  const session = state.sandboxes.session(sandbox, handle);
  const job = state.jobs.open(sandbox, shown, handle);
  startInSession(job, session, command as string, { timeoutMs, interactive });
  return job;
}

function inputOf({ stdin, interactive }: JobRequest): { readonly stdin?: string } {
  if (stdin !== undefined) return { stdin };
  return interactive ? { stdin: 'pipe' } : {};
}
