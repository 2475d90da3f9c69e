import { deferred } from '../../../../core/deferred.ts';
import type { StreamEnd, Target, TargetStream } from '../../../target/target.ts';
import { outcomeUnknown } from '../link/ssh-errors.ts';

/** Runs a script that may be repeated, and gives what it printed. @throws OUTCOME_UNKNOWN when the link breaks */
export async function askTarget(target: Target, script: string, signal?: AbortSignal): Promise<string> {
  const stream = await target.open(script, signal ? { signal } : {});
  const { chunks, ended } = follow(stream, signal);
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  signal?.throwIfAborted();
  const { lost } = await ended;
  if (lost !== undefined) throw outcomeUnknown('ask the detached session', lost);
  return Buffer.concat(pieces).toString('utf8');
}

/** The standard output of a stream piece by piece, until it ends; the stream is let go when the loop ends. */
export function follow(
  stream: TargetStream,
  signal: AbortSignal | undefined,
): { readonly chunks: AsyncIterable<Uint8Array>; readonly ended: Promise<StreamEnd> } {
  const queue: Uint8Array[] = [];
  let changed = deferred<void>();
  let over = false;
  stream.onOutput = (name, data) => {
    if (name === 'stdout') queue.push(data);
    changed.resolve();
  };
  const leave = (): void => stream.destroy();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  void stream.ended.then(() => {
    over = true;
    changed.resolve();
  });
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else if (over) return;
        else {
          await changed.promise;
          changed = deferred();
        }
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
    }
  }
  return { chunks: read(), ended: stream.ended };
}
