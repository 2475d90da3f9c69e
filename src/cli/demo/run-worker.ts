import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { WorkerMessage } from './worker.ts';

/** Runs the graph's process to its end, whatever that is; returns its exit code, null after a signal. */
export async function runWorker(
  args: readonly string[],
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
  take: (message: WorkerMessage, child: ChildProcess) => void,
): Promise<number | null> {
  const program = [...process.execArgv, process.argv[1] as string, 'demo-worker', ...args];
  const env = { ...process.env, TMPDIR: directory };
  const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  // A killed process takes no answers any more.
  child.stdin?.on('error', () => {});
  try {
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      take(JSON.parse(line) as WorkerMessage, child);
    }
    await closed;
    return child.exitCode;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
