import { RexError } from '../../../core/errors.ts';
import type { SpawnOptions } from '../../../sandbox/process/command.ts';
import type { ExitStatus, ProcessHandle } from '../../../sandbox/process/process-handle.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import type { Session } from '../../../sandbox/session/session.ts';
import type { Job, JobEnd } from './job.ts';

/** What a runtime keeps of a job's output until the job's own log has it. */
const bufferedBytes = 4 * 1024 * 1024;
const interruptGraceMs = 2000;

/** Takes a job's standard output on its way; what it returns is what the job printed. */
export interface OutputFilter {
  pass(data: Uint8Array): Uint8Array;
  /** What it held back at the end. */
  end(): Uint8Array;
}

const everything: OutputFilter = { pass: (data) => data, end: () => new Uint8Array() };

/** Runs a command of its own as a job. Rejects when the command cannot be started. */
export async function startProcess(
  job: Job,
  runtime: Runtime,
  command: string | readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'stdin' | 'timeoutMs' | 'signal'>,
  filter: OutputFilter = everything,
): Promise<ProcessHandle> {
  const handle = await runtime.spawn(command, { ...options, maxOutputBytes: bufferedBytes });
  const takesInput = options.stdin === 'pipe';
  job.controls = {
    write: async (text) => {
      if (!takesInput) throw takesNoInput(job);
      await handle.write(text);
    },
    closeInput: () => handle.closeInput(),
    interrupt: async () => {
      await handle.kill('SIGINT', { graceMs: interruptGraceMs });
      await job.ended;
    },
    kill: async () => void (await handle.kill()),
  };
  void follow(job, handle, filter);
  return handle;
}

async function follow(job: Job, handle: ProcessHandle, filter: OutputFilter): Promise<void> {
  try {
    let exit: ExitStatus | undefined;
    for await (const event of handle.read()) {
      if (event.type === 'exit') exit = event;
      else if (event.type === 'output') {
        job.receive(event.stream, event.stream === 'stdout' ? filter.pass(event.data) : event.data);
      } else job.receive('stdout', Buffer.from(`\n[... ${event.to - event.from} bytes came too fast to keep ...]\n`));
    }
    job.receive('stdout', filter.end());
    job.finish(await endOf(handle, exit ?? (await handle.wait())));
  } catch (error) {
    job.finish({ status: 'killed', note: describe(error) });
  }
}

async function endOf(handle: ProcessHandle, { exitCode, signal, reason }: ExitStatus): Promise<JobEnd> {
  if (reason === 'timeout') return { status: 'timeout', note: 'ended by timeout_s' };
  if (reason !== 'exit') return { status: 'killed', exitCode: exitCode ?? undefined };
  if (signal === null && exitCode !== null && exitCode < 128) return { status: 'exited', exitCode };
  const { failureReason } = await handle.result();
  const note = failureReason || (signal === null ? undefined : `ended by ${signal}`);
  return { status: 'exited', exitCode: exitCode ?? 128, note };
}

/** Runs a script in a session as a job. */
export function startInSession(
  job: Job,
  session: Session,
  script: string,
  options: { readonly timeoutMs: number; readonly interactive: boolean },
): void {
  const cancelling = new AbortController();
  job.controls = {
    write: async (text) => {
      if (!options.interactive) throw takesNoInput(job);
      await session.send(text);
    },
    closeInput: () => Promise.reject(staysOpen()),
    interrupt: async () => void (await session.interrupt()),
    kill: async () => {
      cancelling.abort(new Error('cancelled'));
      await job.ended;
    },
  };
  session
    .run(script, {
      ...options,
      maxOutputBytes: 64 * 1024,
      signal: cancelling.signal,
      onOutput: ({ stream, data }) => job.receive(stream, data),
    })
    .then(
      ({ exitCode, failureReason }) =>
        job.finish({ status: 'exited', exitCode: exitCode ?? undefined, note: failureReason || undefined }),
      (error: unknown) => job.finish(endAfter(error)),
    );
}

function endAfter(error: unknown): JobEnd {
  if (RexError.is(error, 'COMMAND_TIMEOUT')) return { status: 'timeout', note: 'ended by timeout_s' };
  if (RexError.is(error, 'COMMAND_ABORTED')) return { status: 'killed' };
  if (RexError.is(error, 'SESSION_ENDED')) {
    const exitCode = error.context.exitCode ?? undefined;
    return { status: 'exited', exitCode, note: 'the script ended the session' };
  }
  return { status: 'killed', note: describe(error) };
}

/** The streams of a session are its shell's, and outlive a command. */
function staysOpen(): RexError<'UNSUPPORTED'> {
  const hint = 'End the program by what it takes for an end, by ctrl-c, or run it without `session`.';
  return new RexError('UNSUPPORTED', 'the input of a session has no end', { feature: 'ctrl-d in a session' }, { hint });
}

function takesNoInput({ id }: Job): RexError<'PROCESS_ENDED'> {
  const hint = 'Give it `stdin`, or start it with `interactive: true`.';
  return new RexError(
    'PROCESS_ENDED',
    `the standard input of ${id} is closed`,
    { id, operation: 'job_input' },
    { hint },
  );
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return RexError.is(error) && error.hint ? `${message} ${error.hint}` : message;
}
