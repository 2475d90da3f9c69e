import { posix } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { SystemError } from '../../files/file-errors.ts';
import type { FileChange, FileInfo } from '../../files/file-system.ts';

/** A regular file in memory. */
export interface MemoryFile {
  readonly type: 'file';
  bytes: Buffer;
  mode: number;
  modifiedMs: number;
}

/** A directory in memory. */
export interface MemoryDirectory {
  readonly type: 'directory';
  readonly entries: Map<string, MemoryNode>;
  mode: number;
  modifiedMs: number;
}

/** A symbolic link in memory. */
export interface MemoryLink {
  readonly type: 'symlink';
  readonly target: string;
  mode: number;
  modifiedMs: number;
}

/** What a path can name. */
export type MemoryNode = MemoryFile | MemoryDirectory | MemoryLink;

/** A place in the tree: a directory, a name in it, and what is there now. */
export interface MemoryPlace {
  /** Absolute, without links but for the last part. */
  readonly path: string;
  readonly directory: MemoryDirectory;
  readonly name: string;
  readonly node: MemoryNode | undefined;
}

const maximumLinks = 40;

/** A tree of files in memory with the path rules of POSIX. Throws {@link SystemError}s with the errno of the system. */
export class MemoryTree {
  readonly #cwd: string;
  readonly #root: MemoryDirectory = newDirectory(0o755);
  readonly #listeners = new Set<(change: FileChange) => void>();

  /** @param cwd where relative paths start; it is made. */
  constructor(cwd: string) {
    this.#cwd = posix.resolve('/', cwd);
    this.makeDirectories(this.#cwd);
  }

  /** The absolute form of a path. @throws INVALID_ARGUMENT for an empty path or one with a NUL byte */
  absolute(path: string): string {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) {
      throw invalidArgument('path', 'a path that is not empty and has no NUL bytes', path);
    }
    return posix.resolve(this.#cwd, path);
  }

  /** Finds a place; with `follow`, a link at the end stands for its target. The place itself may be empty. */
  locate(path: string, follow: boolean, links = 0): MemoryPlace {
    const parts = this.absolute(path).split('/').filter(Boolean);
    let place: MemoryPlace = { path: '/', directory: this.#root, name: '', node: this.#root };
    for (const [index, name] of parts.entries()) {
      const directory = asDirectory(place.node);
      const at = posix.join(place.path, name);
      const node = directory.entries.get(name);
      const isLast = index === parts.length - 1;
      if (node?.type === 'symlink' && (follow || !isLast)) {
        if (links >= maximumLinks) throw new SystemError('ELOOP', 'too many symbolic links');
        return this.locate(posix.resolve(place.path, node.target, ...parts.slice(index + 1)), follow, links + 1);
      }
      place = { path: at, directory, name, node };
    }
    return place;
  }

  /** What is at a place. */
  find(path: string, follow: boolean): MemoryNode {
    return existing(this.locate(path, follow).node);
  }

  /** The directory at a path, made with all above it where it is missing. */
  makeDirectories(path: string, mode = 0o755): MemoryDirectory {
    const place = this.#parented(path);
    if (place.node) return asDirectory(place.node);
    const made = newDirectory(mode);
    this.put(place, made);
    return made;
  }

  /** A place whose directory exists, made if need be. */
  placeIn(path: string, options: { readonly follow: boolean; readonly parents: boolean }): MemoryPlace {
    if (options.parents) this.#parented(path);
    return this.locate(path, options.follow);
  }

  /** Puts a node at a place and tells the watchers. */
  put(place: MemoryPlace, node: MemoryNode): void {
    const type = place.directory.entries.has(place.name) ? 'changed' : 'created';
    place.directory.entries.set(place.name, node);
    place.directory.modifiedMs = type === 'created' ? Date.now() : place.directory.modifiedMs;
    this.announce(type, place.path);
  }

  /** Takes away what is at a place and tells the watchers. */
  take(place: MemoryPlace): void {
    if (place.name === '') throw new SystemError('EBUSY', 'it is the root');
    place.directory.entries.delete(place.name);
    place.directory.modifiedMs = Date.now();
    this.announce('removed', place.path);
  }

  /** Tells the watchers about a change. */
  announce(type: FileChange['type'], path: string): void {
    for (const listener of this.#listeners) listener({ type, path });
  }

  /** Calls a listener at every change until the result is disposed. */
  listen(listener: (change: FileChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #parented(path: string): MemoryPlace {
    const parent = posix.dirname(this.absolute(path));
    if (parent !== this.absolute(path)) this.makeDirectories(parent);
    return this.locate(path, true);
  }
}

/** A new directory without entries. */
export function newDirectory(mode: number, modifiedMs: number = Date.now()): MemoryDirectory {
  return { type: 'directory', entries: new Map(), mode, modifiedMs };
}

/** The node itself. @throws ENOENT */
export function existing(node: MemoryNode | undefined): MemoryNode {
  if (!node) throw new SystemError('ENOENT');
  return node;
}

/** The node as a directory. @throws ENOENT, ENOTDIR */
export function asDirectory(node: MemoryNode | undefined): MemoryDirectory {
  const found = existing(node);
  if (found.type !== 'directory') throw new SystemError('ENOTDIR');
  return found;
}

/** The facts about a node. */
export function memoryInfo(path: string, node: MemoryNode): FileInfo {
  const sizeBytes = node.type === 'file' ? node.bytes.length : 0;
  const { type, mode } = node;
  const facts = { path, name: posix.basename(path), type, sizeBytes, mode, modifiedAt: new Date(node.modifiedMs) };
  return node.type === 'symlink' ? { ...facts, target: node.target } : facts;
}

/** Everything below a directory by name, depth first, with absolute paths; links are not followed. */
export function* nodesBelow(
  directory: MemoryDirectory,
  path: string,
  recursive: boolean,
): Generator<{ readonly path: string; readonly node: MemoryNode }> {
  for (const name of [...directory.entries.keys()].sort()) {
    const node = existing(directory.entries.get(name));
    const at = posix.join(path, name);
    yield { path: at, node };
    if (recursive && node.type === 'directory') yield* nodesBelow(node, at, true);
  }
}
