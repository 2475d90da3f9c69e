// Walks what a door loads at once and reports heavy packages that should load on first use.
import type { Door } from './package-doors.ts';
import { readImports, resolveRelative } from './source-imports.ts';

/** Packages that load on first use, and the doors that exist for them and may load them at once. */
const HEAVY: readonly { readonly pattern: RegExp; readonly doors: readonly string[] }[] = [
  { pattern: /^@tensorflow\//, doors: ['./hrm', './coordination'] },
  { pattern: /^@modelcontextprotocol\//, doors: ['./mcp'] },
  { pattern: /^(ssh2|dockerode|node-pty|@lydell\/node-pty)(\/|$)/, doors: [] },
];

/** One line per heavy package, with the chain of files that leads to it. */
export function findHeavyLoads(door: Door): string[] {
  const found: string[] = [];
  const chains = new Map([[door.source, door.source]]);
  // A Map visits entries added while iterating, so this is a breadth-first walk.
  for (const [file, chain] of chains) {
    for (const { specifier, line, eager } of readImports(file)) {
      if (!eager) continue;
      const heavy = HEAVY.find(({ pattern }) => pattern.test(specifier));
      if (heavy && !heavy.doors.includes(door.name)) {
        found.push(
          `${file}:${line} loads ${specifier} as soon as "${door.name}" is imported (${chain}): import it on first use`,
        );
      }
      const next = resolveRelative(file, specifier);
      if (next && !chains.has(next)) chains.set(next, `${chain} → ${next}`);
    }
  }
  return found;
}
