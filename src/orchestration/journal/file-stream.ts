import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { GroupCommit } from './group-commit.ts';
import type { JournalEvent, ReadOptions, Snapshot, StoredEvent } from './journal.ts';
import {
  journalCorrupt,
  type LogStorage,
  type OpenLogStorage,
  repairTail,
  scanLog,
  scannedEvents,
} from './log-file.ts';
import { journalConflict } from './memory-journal.ts';
import { Rollbacks, rollbackEvent } from './rollbacks.ts';
import { SnapshotFiles } from './snapshot-files.ts';

/** End of the names of log files. */
export const logSuffix = '.log';

/** One stream of a file journal. */
export class FileStream {
  readonly #name: string;
  readonly #path: string;
  readonly #rollbacks = new Rollbacks();
  readonly #snapshots: SnapshotFiles;
  #storage: LogStorage | undefined;
  #commit: GroupCommit | undefined;

  private constructor(directory: string, name: string) {
    this.#name = name;
    this.#path = FileStream.pathOf(directory, name);
    this.#snapshots = new SnapshotFiles(directory, fileOfName(name));
  }

  /** The log file of a stream. */
  static pathOf(directory: string, name: string): string {
    return join(directory, fileOfName(name) + logSuffix);
  }

  /** Opens a stream, repairing its tail; without storage it can only be read. */
  static async open(directory: string, name: string, openStorage: OpenLogStorage | undefined): Promise<FileStream> {
    const stream = new FileStream(directory, name);
    await stream.#open(openStorage);
    return stream;
  }

  async append(events: readonly JournalEvent[], expectedSequence?: number): Promise<number> {
    const commit = this.#writable();
    if (expectedSequence !== undefined && expectedSequence !== commit.lastSequence) {
      throw journalConflict(this.#name, expectedSequence, commit.lastSequence);
    }
    return commit.append(events);
  }

  async *read({ from = 1, includeUndone = false }: ReadOptions): AsyncGenerator<StoredEvent> {
    await this.#commit?.flush().catch(() => {});
    const bytes = await readFile(this.#path);
    const durable = this.#commit ? bytes.subarray(0, this.#commit.durableOffset) : bytes;
    for (const [event, sequence] of scannedEvents(scanLog(durable, this.#path), from)) {
      if (includeUndone || !this.#rollbacks.isUndone(sequence)) yield { ...event, sequence };
    }
  }

  async snapshot(state: string, at: number): Promise<number> {
    const commit = this.#writable();
    const sequence = commit.lastSequence;
    await commit.flush();
    await this.#snapshots.write(sequence, state, at).catch((error: unknown) => {
      const errno = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
      const context = { path: this.#path, errno };
      throw new RexError('JOURNAL_WRITE_FAILED', `${this.#path}: cannot write a snapshot (${errno})`, context, {
        cause: error,
      });
    });
    return sequence;
  }

  async latest(before: number = Number.POSITIVE_INFINITY): Promise<Snapshot | undefined> {
    for (const sequence of (await this.#snapshots.sequences()).reverse()) {
      if (sequence > before || this.#rollbacks.isUndone(sequence)) continue;
      const snapshot = await this.#snapshots.read(sequence);
      if (snapshot) return snapshot;
    }
    return undefined;
  }

  async rollback(sequence: number, at: number): Promise<void> {
    const event = rollbackEvent(sequence, at);
    const own = this.#writable().append([event]);
    this.#rollbacks.observe(event, this.#writable().lastSequence);
    await own;
  }

  async close(): Promise<void> {
    await this.#commit?.flush().catch(() => {});
    await this.#storage?.close();
  }

  async #open(openStorage: OpenLogStorage | undefined): Promise<void> {
    this.#storage = await openStorage?.(this.#path);
    try {
      const bytes = await readFile(this.#path);
      const scan = scanLog(bytes, this.#path);
      if (scan.torn && this.#storage) await repairTail(this.#storage, this.#path, bytes, scan.end);
      const last = scan.frames.at(-1);
      const sequence = last ? last.firstSequence + last.count - 1 : 0;
      const ahead = (await this.#snapshots.sequences()).at(-1) ?? 0;
      if (ahead > sequence) {
        throw journalCorrupt(
          this.#path,
          scan.end,
          `a snapshot exists of sequence ${ahead}, the log ends at ${sequence}`,
        );
      }
      for (const frame of scan.frames) {
        if (!frame.body.includes('"journal.rollback"')) continue;
        for (const [event, number] of scannedEvents({ ...scan, frames: [frame] }))
          this.#rollbacks.observe(event, number);
      }
      if (this.#storage) this.#commit = new GroupCommit(this.#storage, this.#path, { offset: scan.end, sequence });
    } catch (error) {
      await this.#storage?.close();
      throw error;
    }
  }

  #writable(): GroupCommit {
    if (this.#commit) return this.#commit;
    throw new RexError('UNSUPPORTED', 'the journal was opened for reading only', { feature: 'append' });
  }
}

/** File names hold letters, digits, `-` and `_`; everything else is written as in a URL, with `=` for `%`. */
function fileOfName(name: string): string {
  return encodeURIComponent(name)
    .replaceAll(/[.!'()*~]/g, hexEscape)
    .replaceAll('%', '=');
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The stream of a log file. */
export function nameOfFile(file: string): string {
  return decodeURIComponent(file.slice(0, -logSuffix.length).replaceAll('=', '%'));
}
