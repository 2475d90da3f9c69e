import type { Runtime } from '../../sandbox/runtime/runtime.ts';

/** What a job printed since a cursor, and how it is. */
export interface JobReport {
  readonly job: string;
  readonly state: 'running' | 'ended';
  /** Null while it runs, and when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
  /** Where the next read goes on. */
  readonly cursor: number;
}

/** How a job is read. */
export interface JobReadOptions {
  /** Default: where the last read ended. */
  readonly after?: number | undefined;
  /** Waits so long for output or the end when there is nothing new. Default 0. */
  readonly waitMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** A command that goes on while its agent does something else. */
export interface Job {
  readonly id: string;
  readonly command: string;
  readonly running: boolean;
  read(options: JobReadOptions): Promise<JobReport>;
  /** Sends text to standard input. @throws PROCESS_ENDED */
  write(text: string): Promise<void>;
  closeInput(): Promise<void>;
  /** Ends it with all it started; idempotent. */
  stop(): Promise<void>;
}

/** Starts a command as a process of its own. @throws COMMAND_NOT_STARTED */
export async function startJob(runtime: Runtime, id: string, command: string): Promise<Job> {
  const handle = await runtime.spawn(command, { stdin: 'pipe', streams: 'merged' });
  let cursor = 0;
  const collect = async (after: number): Promise<string> => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const event of handle.read({ after, follow: false })) {
      if (event.type === 'exit') continue;
      cursor = event.type === 'gap' ? event.to : event.cursor + event.data.length;
      text +=
        event.type === 'gap'
          ? `\n[... ${event.to - event.from} bytes omitted ...]\n`
          : decoder.decode(event.data, { stream: true });
    }
    return text + decoder.decode();
  };
  const waitForMore = async (after: number, waitMs: number, signal: AbortSignal): Promise<void> => {
    const limit = AbortSignal.timeout(waitMs);
    try {
      for await (const _ of handle.read({ after, signal: AbortSignal.any([limit, signal]) })) return;
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error;
    }
  };
  return {
    id,
    command,
    get running() {
      return handle.exit === undefined;
    },
    async read({ after = cursor, waitMs = 0, signal }) {
      cursor = after;
      let output = await collect(after);
      if (output === '' && waitMs > 0 && !handle.exit) {
        await waitForMore(after, waitMs, signal);
        output = await collect(after);
      }
      const { exitCode = null, signal: name = null } = handle.exit ?? {};
      return { job: id, state: handle.exit ? 'ended' : 'running', exitCode, signal: name, output, cursor };
    },
    write: (text) => handle.write(text),
    closeInput: () => handle.closeInput(),
    stop: async () => void (await handle.kill()),
  };
}
