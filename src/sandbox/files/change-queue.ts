import { type Deferred, deferred } from '../../core/deferred.ts';
import type { FileChange } from './file-system.ts';

/**
 * Changes that wait for the loop over them. Several of one path become one, so that the queue never holds more changes
 * than there are paths.
 */
export class ChangeQueue implements AsyncIterator<FileChange, undefined> {
  readonly #waiting = new Map<string, FileChange>();
  readonly #readers: Deferred<IteratorResult<FileChange, undefined>>[] = [];
  readonly #onEnd: () => void;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** `onEnd` is called once, when no further change is wanted. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Adds a change, or joins it with one of the same path that nobody has taken yet. */
  push(change: FileChange): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#join(change);
    else reader.resolve({ done: false, value: change });
  }

  #join(change: FileChange): void {
    const earlier = this.#waiting.get(change.path);
    const joined = earlier === undefined ? change.type : joinTypes(earlier.type, change.type);
    if (joined === undefined) this.#waiting.delete(change.path);
    else this.#waiting.set(change.path, { type: joined, path: change.path });
  }

  /** Ends the loop when all that waits is taken; with an error, by throwing it then. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) this.next().then(reader.resolve, reader.reject);
  }

  /** Ends the loop at once. */
  stop(): void {
    this.end();
    this.#waiting.clear();
    this.#failure = undefined;
  }

  async next(): Promise<IteratorResult<FileChange, undefined>> {
    for (const [path, value] of this.#waiting) {
      this.#waiting.delete(path);
      return { done: false, value };
    }
    if (!this.#ended) {
      const reader = deferred<IteratorResult<FileChange, undefined>>();
      this.#readers.push(reader);
      return reader.promise;
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<FileChange, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }
}

/** What two changes of a path come to, or undefined where they cancel out. */
function joinTypes(earlier: FileChange['type'], later: FileChange['type']): FileChange['type'] | undefined {
  if (earlier === 'created') return later === 'removed' ? undefined : 'created';
  return earlier === 'removed' && later !== 'removed' ? 'changed' : later;
}
