import { sep } from 'node:path';

/**
 * What a sandbox has at a path and everything below it, down to the next region: files of this machine to read, or to
 * read and write; nothing at all (`hidden`); or a file system of the sandbox's own (`proc`, `dev`).
 */
export interface Region {
  /** Absolute path in the sandbox, without symbolic links. */
  readonly path: string;
  readonly access: 'read' | 'write' | 'hidden' | 'proc' | 'dev';
  /** What of this machine appears there. */
  readonly source: string;
  /** Whether it is a directory. */
  readonly directory: boolean;
}

/**
 * Everything a sandbox sees, as one table. The same table makes bubblewrap's arguments and decides over file operations
 * from outside, so both obey one view.
 */
export class View {
  /** Regions, outer before inner; the first is `/`. */
  readonly regions: readonly Region[];
  readonly #byPath: ReadonlyMap<string, Region>;

  /** @param regions a later one replaces an earlier one of the same path. */
  constructor(regions: readonly Region[]) {
    this.#byPath = new Map(regions.map((region) => [region.path, region]));
    this.regions = [...this.#byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The region that begins exactly at a path. */
  at(path: string): Region | undefined {
    return this.#byPath.get(path);
  }

  /** The region that a path without symbolic links lies in. */
  of(path: string): Region {
    let found = this.regions[0] as Region;
    for (const region of this.regions) if (isWithin(path, region.path)) found = region;
    return found;
  }

  /** Whether an inner region begins somewhere below a path. */
  leadsOn(path: string): boolean {
    return this.regions.some((region) => region.path !== path && isWithin(region.path, path));
  }
}

/** Whether a normalised path is another or lies below it. */
export function isWithin(path: string, parent: string): boolean {
  return path === parent || parent === sep || path.startsWith(`${parent}${sep}`);
}
