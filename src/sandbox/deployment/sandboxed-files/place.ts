import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, SystemError } from '../../files/file-errors.ts';
import { type Identity, isPermitted, permission } from '../bubblewrap/identity.ts';
import type { Region, View } from '../bubblewrap/region.ts';

/** Linux's O_PATH, which node does not name: a descriptor that stands for a file without opening it. */
const pathOnly = 0o10000000;
const maximumLinks = 40;

/** One directory or file on the way, held so that nobody can put another in its place. */
interface Step {
  readonly path: string;
  readonly region: Region;
  /** Undefined for a directory that only leads to an inner region and holds nothing else. */
  readonly descriptor: number | undefined;
  readonly stats: Stats | undefined;
}

/** Where a path of the sandbox leads. Its files are held until it is disposed. */
export interface Place extends Disposable {
  /** Path in the sandbox, without symbolic links. */
  readonly path: string;
  /** Whether the sandbox may write what is there. */
  readonly writable: boolean;
  /** Whether the sandbox may make, replace or remove the entry itself. */
  readonly entryWritable: boolean;
  /** The file there, or undefined where nothing is. */
  readonly stats: Stats | undefined;
  /** Name by which this process reaches the very file that was found, and no other. */
  readonly handle: string;
  /** Name by which this process reaches the entry in the very directory that was found; never follow links at it. */
  readonly entry: string;
  /** The directory that holds the entry. */
  readonly parent: Stats | undefined;
}

/** Finds places in a sandbox's view as its kernel would, from outside: links never lead out of the view. */
export class PlaceFinder {
  readonly #view: View;
  readonly #identity: Identity | undefined;

  /** @param identity whose permissions to check here; undefined where the system checks the same ones for this process. */
  constructor(view: View, identity: Identity | undefined) {
    this.#view = view;
    this.#identity = identity;
  }

  /**
   * Walks to an absolute path one name at a time. Each directory is held by a descriptor and the next name is looked up
   * below it, so a directory or link that is swapped meanwhile changes nothing.
   * @param path absolute; with `follow`, a link at its end is followed too.
   * @throws what the system would say: ENOENT for a missing directory on the way, ENOTDIR, EACCES, ELOOP
   */
  find(path: string, options: { readonly follow: boolean }): Place {
    const steps: Step[] = [this.#enter('/', this.#view.of('/'))];
    const names = path.split('/').reverse();
    let links = 0;
    try {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        if (name === '' || name === '.') continue;
        if (name === '..') {
          if (steps.length > 1) release([steps.pop() as Step]);
          continue;
        }
        const last = names.every((rest) => rest === '' || rest === '.');
        const current = steps.at(-1) as Step;
        this.#checkSearch(current);
        const next = this.#step(current, name);
        if (!next && !last) throw new SystemError('ENOENT');
        if (!next) return toPlace(steps, name);
        if (!next.stats?.isSymbolicLink() || (last && !options.follow)) {
          steps.push(next);
          continue;
        }
        release([next]);
        if (++links > maximumLinks) throw new SystemError('ELOOP', 'too many symbolic links');
        const target = readlinkSync(below(current, name));
        if (target.startsWith('/')) release(steps.splice(1));
        names.push(...target.split('/').reverse());
      }
      if (steps.at(-1)?.descriptor === undefined) throw new SystemError('EACCES', 'the sandbox hides this path');
      return toPlace(steps, undefined);
    } catch (error) {
      release(steps);
      throw error;
    }
  }

  #step(current: Step, name: string): Step | undefined {
    const path = join(current.path, name);
    const region = this.#view.at(path);
    if (region) return this.#enter(path, region);
    if (current.descriptor === undefined) {
      if (this.#view.leadsOn(path)) return { path, region: current.region, descriptor: undefined, stats: undefined };
      throw new SystemError('EACCES', 'the sandbox hides this path');
    }
    try {
      const descriptor = openSync(below(current, name), pathOnly | constants.O_NOFOLLOW);
      return { path, region: current.region, descriptor, stats: fstatSync(descriptor) };
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  #enter(path: string, region: Region): Step {
    if (region.access !== 'read' && region.access !== 'write') {
      return { path, region, descriptor: undefined, stats: undefined };
    }
    const descriptor = openSync(region.source, pathOnly | constants.O_NOFOLLOW);
    return { path, region, descriptor, stats: fstatSync(descriptor) };
  }

  #checkSearch({ stats }: Step): void {
    if (!stats) return;
    if (!stats.isDirectory()) throw new SystemError('ENOTDIR');
    if (this.#identity && !isPermitted(this.#identity, stats, permission.search)) {
      throw new SystemError('EACCES', 'the sandbox may not look into a directory on the way');
    }
  }
}

function below({ descriptor }: Step, name: string): string {
  return `/proc/self/fd/${descriptor}/${name}`;
}

function toPlace(steps: readonly Step[], missing: string | undefined): Place {
  const found = steps.at(-1) as Step;
  const holder = missing === undefined ? (steps.at(-2) ?? found) : found;
  const path = missing === undefined ? found.path : join(found.path, missing);
  const name = missing ?? path.slice(path.lastIndexOf('/') + 1);
  const writable = found.region.access === 'write';
  return {
    path,
    writable,
    entryWritable: writable && found.region.path !== path,
    stats: missing === undefined ? found.stats : undefined,
    handle: `/proc/self/fd/${found.descriptor}`,
    entry: below(holder, name),
    parent: holder.stats,
    [Symbol.dispose]: () => release(steps),
  };
}

function release(steps: readonly Step[]): void {
  for (const { descriptor } of steps) if (descriptor !== undefined) closeSync(descriptor);
}
