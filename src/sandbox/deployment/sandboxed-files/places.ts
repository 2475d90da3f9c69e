import { readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { invalidArgument } from '../../../core/errors.ts';
import { hasErrno, withFileErrors } from '../../files/file-errors.ts';
import type { Owner } from './access.ts';
import type { Place, PlaceFinder } from './place.ts';

/** What the files of a sandbox are seen through. */
export interface SandboxPlacesOptions {
  readonly finder: PlaceFinder;
  readonly owner: Owner;
  /** Where relative paths start. */
  readonly cwd: string;
}

/** Work on places of a sandbox by path, with typed errors; each place is held for as long as the work takes. */
export class SandboxPlaces {
  readonly owner: Owner;
  readonly #finder: PlaceFinder;
  readonly #cwd: string;

  constructor({ finder, owner, cwd }: SandboxPlacesOptions) {
    this.owner = owner;
    this.#finder = finder;
    this.#cwd = cwd;
  }

  /** The absolute form of a path, links left as they are. @throws INVALID_ARGUMENT for an empty path or a NUL byte */
  absolute(path: string): string {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) {
      throw invalidArgument('path', 'a path that is not empty and has no NUL byte', path);
    }
    return resolve(this.#cwd, path);
  }

  /** What a path leads to, its last link included. */
  follow(path: string): Place {
    return this.#finder.find(this.absolute(path), { follow: true });
  }

  /** What a path names: a link at its end stays a link. */
  entry(path: string): Place {
    return this.#finder.find(this.absolute(path), { follow: false });
  }

  /** Where a path lies on this machine; for one that does not exist yet, where the nearest directory above it lies. */
  onMachine(path: string): string {
    const absolute = this.absolute(path);
    return this.#onMachineIfThere(absolute) ?? this.onMachine(dirname(absolute));
  }

  /** Works on what a path leads to. */
  atTarget<Value>(operation: string, path: string, work: (place: Place) => Value | Promise<Value>): Promise<Value> {
    return withFileErrors(operation, path, async () => {
      using place = this.follow(path);
      return await work(place);
    });
  }

  /** Works on what a path names. */
  atEntry<Value>(operation: string, path: string, work: (place: Place) => Value | Promise<Value>): Promise<Value> {
    return withFileErrors(operation, path, async () => {
      using place = this.entry(path);
      return await work(place);
    });
  }

  #onMachineIfThere(path: string): string | undefined {
    try {
      using place = this.follow(path);
      return place.stats && readlinkSync(place.handle);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}
