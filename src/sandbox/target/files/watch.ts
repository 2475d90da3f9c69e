import { Buffer } from 'node:buffer';
import { ChangeQueue } from '../../files/change-queue.ts';
import type { FileChange } from '../../files/file-system.ts';
import type { FileShell } from './file-shell.ts';
import { difference, type Look, looks, watchScript } from './looks.ts';
import type { ScriptStream } from './script-stream.ts';

/** Time between two looks. */
const betweenLooksMs = 200;

/** How {@link watchTree} watches. */
export interface WatchTreeOptions {
  /** Watches all below a directory, not its own entries only. Default true. */
  readonly recursive?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const operation = 'watch';
const look = Buffer.from('\n');

/**
 * Changes of a file, or below a directory, from the moment a loop over them begins: one stream looks five times a
 * second, and tells only when something is different. What comes and goes between two looks is not seen. Links are not
 * followed. The loop ends on abort, and when the watched directory is removed; a file may go and come again.
 */
export function watchTree(shell: FileShell, path: string, options: WatchTreeOptions = {}): AsyncIterable<FileChange> {
  return { [Symbol.asyncIterator]: () => startWatching(shell, path, options) };
}

function startWatching(shell: FileShell, path: string, options: WatchTreeOptions): ChangeQueue {
  const over = new AbortController();
  const stop = (): void => queue.stop();
  const queue = new ChangeQueue(() => {
    options.signal?.removeEventListener('abort', stop);
    over.abort();
  });
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted === true) queue.stop();
  else void follow(shell, path, options.recursive ?? true, queue, over.signal);
  return queue;
}

async function follow(
  shell: FileShell,
  path: string,
  recursive: boolean,
  queue: ChangeQueue,
  signal: AbortSignal,
): Promise<void> {
  try {
    const stream = await shell.open(watchScript(path, recursive), { operation, path, signal });
    await compareLooks(stream, path, queue);
    queue.end();
  } catch (error) {
    queue.end({ error });
  }
}

/** Tells the differences between one look and the next until the watched directory is gone. */
async function compareLooks(stream: ScriptStream, path: string, queue: ChangeQueue): Promise<void> {
  const ask = (): void => void stream.send(look).catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  let before: Look | undefined;
  ask();
  try {
    for await (const now of looks(stream.chunks())) {
      if (now !== 'same') {
        if (before !== undefined) for (const change of difference(before, now, path)) queue.push(change);
        if (before?.get(path)?.isDirectory === true && !now.has(path)) return;
        before = now;
      }
      timer = setTimeout(ask, betweenLooksMs);
    }
  } finally {
    clearTimeout(timer);
  }
}
