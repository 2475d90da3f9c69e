import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../core/clock.ts';
import { RexError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { lockDirectory } from './directory-lock.ts';
import { FileStream, logSuffix, nameOfFile } from './file-stream.ts';
import type { Journal, JournalEvent, ReadOptions, Snapshot, StoredEvent } from './journal.ts';
import { type OpenLogStorage, openDiskStorage } from './log-file.ts';

/** How a file journal behaves. */
export interface FileJournalOptions {
  /** Reads what another process writes; takes no lock and repairs nothing. Default false. */
  readonly readOnly?: boolean;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Where logs are written. Default: files of this machine. */
  readonly openStorage?: OpenLogStorage;
}

/**
 * Opens a journal in a directory of this machine, creating it: one log file for each stream, synced in groups.
 * Throws `JOURNAL_LOCKED` when a living process writes to it. An unfinished group at the end of a log is cut off (and
 * kept beside it); a log that has changed is refused with `JOURNAL_CORRUPT` and left alone.
 */
export async function openFileJournal(directory: string, options: FileJournalOptions = {}): Promise<Journal> {
  const { readOnly = false, clock = systemClock } = options;
  if (!readOnly) await mkdir(directory, { recursive: true });
  const lock = readOnly ? undefined : await lockDirectory(directory, clock);
  return new FileJournal(directory, options, async () => lock?.release());
}

class FileJournal implements Journal {
  readonly #directory: string;
  readonly #options: FileJournalOptions;
  readonly #clock: Clock;
  readonly #release: () => Promise<void>;
  readonly #streams = new Map<string, Promise<FileStream>>();
  #closing: Promise<void> | undefined;

  constructor(directory: string, options: FileJournalOptions, release: () => Promise<void>) {
    this.#directory = directory;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#release = release;
  }

  async append(
    stream: string,
    events: readonly JournalEvent[],
    options: { readonly expectedSequence?: number } = {},
  ): Promise<number> {
    return (await this.#stream(stream)).append(events, options.expectedSequence);
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    if (!(await this.#exists(stream))) return;
    yield* (await this.#stream(stream)).read(options);
  }

  async snapshot(stream: string, state: Json): Promise<number> {
    const text = JSON.stringify(state);
    return (await this.#stream(stream)).snapshot(text, this.#clock.now());
  }

  async latest(stream: string, before?: number): Promise<Snapshot | undefined> {
    if (!(await this.#exists(stream))) return undefined;
    return (await this.#stream(stream)).latest(before);
  }

  async rollback(stream: string, sequence: number): Promise<void> {
    await (await this.#stream(stream)).rollback(sequence, this.#clock.now());
  }

  async streams(): Promise<string[]> {
    const names = await readdir(this.#directory);
    return names.filter((name) => name.endsWith(logSuffix)).map((name) => nameOfFile(name));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const streams = await Promise.allSettled(this.#streams.values());
    for (const opened of streams) if (opened.status === 'fulfilled') await opened.value.close();
    await this.#release();
  }

  async #exists(stream: string): Promise<boolean> {
    if (this.#streams.has(stream)) return true;
    const path = FileStream.pathOf(this.#directory, stream);
    return readdir(this.#directory).then((names) => names.some((name) => join(this.#directory, name) === path));
  }

  #stream(name: string): Promise<FileStream> {
    if (this.#closing) {
      return Promise.reject(new RexError('RUNTIME_CLOSED', 'the journal is closed', { operation: 'journal' }));
    }
    const { readOnly = false, openStorage = openDiskStorage } = this.#options;
    const known = this.#streams.get(name);
    if (known) return known;
    const opened = FileStream.open(this.#directory, name, readOnly ? undefined : openStorage);
    if (readOnly) return opened;
    this.#streams.set(name, opened);
    opened.catch(() => this.#streams.delete(name));
    return opened;
  }
}
