// Reads the doors (exports) of package.json and the source file behind each.
import { readFileSync } from 'node:fs';

/** A public entry point of the package. */
export interface Door {
  /** The key in `exports`, such as `./sandbox`. */
  readonly name: string;
  /** The TypeScript file it is built from, such as `src/sandbox/index.ts`. */
  readonly source: string;
}

export function readDoors(): Door[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
  return Object.entries(exports).flatMap(([name, target]) => {
    if (typeof target !== 'object' || target === null || !('default' in target)) return [];
    const source = String(target.default)
      .replace(/^\.\/dist\//, 'src/')
      .replace(/\.js$/, '.ts');
    return [{ name, source }];
  });
}
