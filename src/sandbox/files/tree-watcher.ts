import { type FSWatcher, lstatSync, readdirSync, type Stats, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno } from './file-errors.ts';
import type { FileChange } from './file-system.ts';

/** Where a {@link TreeWatcher} tells what it sees. */
export interface WatchSink {
  onChange(change: FileChange): void;
  /** The watched directory is gone, or watching failed. */
  onEnd(failure?: { readonly error: unknown }): void;
}

/** A watched directory: its entries by name, each with its inode. */
interface WatchedDirectory {
  readonly watcher: FSWatcher;
  readonly entries: Map<string, string>;
}

/**
 * Watches a file, or a directory and what is below it, with one system watch a directory. What is there is known from
 * the start, so that an event tells what came, went or changed. Setting up is synchronous: what happens after it is
 * seen. Links are not followed.
 */
export class TreeWatcher {
  readonly #sink: WatchSink;
  readonly #recursive: boolean;
  readonly #directories = new Map<string, WatchedDirectory>();

  constructor(sink: WatchSink, recursive: boolean) {
    this.#sink = sink;
    this.#recursive = recursive;
  }

  /** Directories under watch. */
  get size(): number {
    return this.#directories.size;
  }

  /** Begins to watch an existing path. @throws what the system says */
  start(path: string): void {
    if (statSync(path).isDirectory()) this.#addDirectory(path, () => {});
    else this.#watch(dirname(path), basename(path));
  }

  /** Ends all watches. */
  close(): void {
    for (const { watcher } of this.#directories.values()) watcher.close();
    this.#directories.clear();
  }

  #addDirectory(directory: string, onEntry: (path: string) => void): void {
    const { entries } = this.#watch(directory);
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const stats = statsOf(path);
      if (stats === undefined || entries.has(name)) continue;
      entries.set(name, identify(stats));
      onEntry(path);
      this.#descend(path, stats, onEntry);
    }
  }

  #descend(path: string, stats: Stats, onEntry: (path: string) => void): void {
    if (!this.#recursive || !stats.isDirectory()) return;
    try {
      this.#addDirectory(path, onEntry);
    } catch (error) {
      // One that went in the meantime, or may not be read, holds nothing to see.
      this.#forget(path);
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) throw error;
    }
  }

  #watch(directory: string, only?: string): WatchedDirectory {
    const watcher = watch(directory, (_event, name) => this.#guard(() => this.#onEvent(directory, name, only)));
    watcher.on('error', (error) => this.#sink.onEnd({ error }));
    const watched: WatchedDirectory = { watcher, entries: new Map() };
    this.#directories.set(directory, watched);
    const stats = only === undefined ? undefined : statsOf(join(directory, only));
    if (only !== undefined && stats !== undefined) watched.entries.set(only, identify(stats));
    return watched;
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#sink.onEnd({ error });
    }
  }

  #onEvent(directory: string, name: string | null, only: string | undefined): void {
    const watched = this.#directories.get(directory);
    if (watched === undefined || (only !== undefined && name !== null && name !== only)) return;
    if (name !== null && !this.#compare(directory, name, watched.entries)) return;
    if (statsOf(directory) === undefined) this.#onDirectoryGone(directory);
    else if (name === null) this.#compareAll(directory, watched.entries, only);
  }

  #compareAll(directory: string, entries: Map<string, string>, only: string | undefined): void {
    const names = only === undefined ? new Set([...entries.keys(), ...readdirSync(directory)]) : [only];
    for (const name of names) this.#compare(directory, name, entries);
  }

  /** Tells what became of an entry; true where it neither was nor is there. */
  #compare(directory: string, name: string, entries: Map<string, string>): boolean {
    const path = join(directory, name);
    const stats = statsOf(path);
    const before = entries.get(name);
    if (stats === undefined) {
      if (before === undefined) return true;
      entries.delete(name);
      this.#forget(path, (gone) => this.#sink.onChange({ type: 'removed', path: gone }));
      this.#sink.onChange({ type: 'removed', path });
      return false;
    }
    const now = identify(stats);
    entries.set(name, now);
    this.#sink.onChange({ type: before === undefined ? 'created' : 'changed', path });
    if (before === now) return false;
    this.#forget(path, (gone) => this.#sink.onChange({ type: 'removed', path: gone }));
    this.#descend(path, stats, (found) => this.#sink.onChange({ type: 'created', path: found }));
    return false;
  }

  /** Ends the watches of a directory and of all below it. */
  #forget(directory: string, onEntry: (path: string) => void = () => {}): void {
    const watched = this.#directories.get(directory);
    if (watched === undefined) return;
    watched.watcher.close();
    this.#directories.delete(directory);
    for (const name of watched.entries.keys()) {
      const path = join(directory, name);
      this.#forget(path, onEntry);
      onEntry(path);
    }
  }

  #onDirectoryGone(directory: string): void {
    // One below the top is told by the watch of the directory above it.
    if (this.#directories.has(dirname(directory))) return;
    this.#forget(directory, (path) => this.#sink.onChange({ type: 'removed', path }));
    this.#sink.onChange({ type: 'removed', path: directory });
    this.#sink.onEnd();
  }
}

/** Tells one entry of a name from another that takes its place. */
function identify(stats: Stats): string {
  return stats.isDirectory() ? `directory ${stats.ino}` : 'other';
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR', 'EACCES', 'ELOOP')) return undefined;
    throw error;
  }
}
