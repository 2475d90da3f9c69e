import { type Deferred, deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { encodeFrame } from './frame.ts';
import type { JournalEvent } from './journal.ts';
import type { LogStorage } from './log-file.ts';

/** Where a log stands. */
export interface LogPosition {
  /** Offset after the last durable group. */
  readonly offset: number;
  /** Sequence of the last event. */
  readonly sequence: number;
}

/**
 * Writes events in groups: what is appended while a group is on its way to the disk goes together into the next, so
 * that many callers share one sync and a lone caller never waits for others.
 */
export class GroupCommit {
  readonly #storage: LogStorage;
  readonly #path: string;
  #offset: number;
  #durableSequence: number;
  #lastSequence: number;
  #waiting: JournalEvent[] = [];
  #group: Deferred<void> | undefined;
  #writing: Promise<void> | undefined;
  #failure: RexError | undefined;

  constructor(storage: LogStorage, path: string, position: LogPosition) {
    this.#storage = storage;
    this.#path = path;
    this.#offset = position.offset;
    this.#durableSequence = position.sequence;
    this.#lastSequence = position.sequence;
  }

  /** Sequence of the last event appended, durable or not. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Offset after the last durable event. */
  get durableOffset(): number {
    return this.#offset;
  }

  /** Appends events; resolves with the sequence of the last when they are durable. */
  async append(events: readonly JournalEvent[]): Promise<number> {
    if (this.#failure) throw this.#failure;
    for (const event of events) this.#waiting.push(event);
    this.#lastSequence += events.length;
    const last = this.#lastSequence;
    if (events.length > 0) {
      this.#group ??= deferred();
      this.#writing ??= this.#writeGroups();
      await this.#group.promise;
    }
    return last;
  }

  /** Resolves when everything appended so far is durable. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await (this.#group?.promise ?? this.#writing);
    if (this.#failure) throw this.#failure;
  }

  async #writeGroups(): Promise<void> {
    // One turn later, so that everything appended in this turn shares the group.
    await Promise.resolve();
    for (let group = this.#takeGroup(); group; group = this.#takeGroup()) {
      const events = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(encodeFrame(events, this.#durableSequence + 1));
        this.#durableSequence += events.length;
        group.resolve();
      } catch (error) {
        this.#failure = writeFailed(this.#path, error);
        group.reject(this.#failure);
        this.#takeGroup()?.reject(this.#failure);
        await this.#storage.truncate(this.#offset).catch(() => {});
      }
    }
    this.#writing = undefined;
  }

  #takeGroup(): Deferred<void> | undefined {
    const group = this.#group;
    this.#group = undefined;
    return group;
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#storage.write(bytes, this.#offset);
    await this.#storage.sync();
    this.#offset += bytes.length;
  }
}

function writeFailed(path: string, error: unknown): RexError<'JOURNAL_WRITE_FAILED'> {
  const errno = (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN';
  const hint =
    errno === 'ENOSPC' || errno === 'EDQUOT'
      ? 'Make room on the disk, open the journal again and recover the run: everything acknowledged is there.'
      : 'Open the journal again and recover the run: everything acknowledged is there.';
  return new RexError(
    'JOURNAL_WRITE_FAILED',
    `${path}: cannot write (${errno})`,
    { path, errno },
    { hint, cause: error },
  );
}
