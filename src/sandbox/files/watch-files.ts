import { RexError } from '../../core/errors.ts';
import { ChangeQueue } from './change-queue.ts';
import { fileError, hasErrno } from './file-errors.ts';
import type { FileChange } from './file-system.ts';
import { TreeWatcher } from './tree-watcher.ts';

/** How {@link watchFiles} watches. */
export interface WatchFilesOptions {
  /** Watches all below a directory, not its own entries only. Default true. */
  readonly recursive?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A path to watch: where it is, and the name that changes are told under. */
export interface WatchedPath {
  readonly location: string;
  readonly path: string;
}

/**
 * Changes of a file, or below a directory, from the moment a loop over them begins. Links are not followed. Changes of
 * one path that the loop has not taken yet become one. The loop ends on abort, and when the watched directory is
 * removed; a file may go and come again.
 *
 * @throws LIMIT_EXCEEDED (from the loop) where the system allows no more watches
 */
export function watchFiles(find: () => WatchedPath, options: WatchFilesOptions = {}): AsyncIterable<FileChange> {
  return { [Symbol.asyncIterator]: () => startWatching(find, options) };
}

function startWatching(find: () => WatchedPath, options: WatchFilesOptions): ChangeQueue {
  const { signal, recursive = true } = options;
  let watched: WatchedPath | undefined;
  const sink = {
    onChange({ type, path }: FileChange): void {
      const { path: top, location } = watched as WatchedPath;
      queue.push({ type, path: top + path.slice(location.length) });
    },
    onEnd: (failure?: { readonly error: unknown }) =>
      queue.end(failure && { error: typed(failure.error, watched?.path ?? '', watcher.size) }),
  };
  const watcher = new TreeWatcher(sink, recursive);
  const onAbort = (): void => queue.stop();
  const queue = new ChangeQueue(() => {
    signal?.removeEventListener('abort', onAbort);
    watcher.close();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) queue.stop();
  else start();
  return queue;

  function start(): void {
    try {
      watched = find();
      watcher.start(watched.location);
    } catch (error) {
      sink.onEnd({ error });
    }
  }
}

function typed(error: unknown, path: string, watches: number): unknown {
  if (!hasErrno(error, 'ENOSPC', 'EMFILE')) return fileError(error, 'watch', path);
  const context = { limit: 'watched directories', maximum: watches };
  const hint = 'Watch fewer directories, or raise the limit (Linux: fs.inotify.max_user_watches).';
  return new RexError('LIMIT_EXCEEDED', `cannot watch ${path}: the system allows no more watches`, context, {
    hint,
    cause: error,
  });
}
