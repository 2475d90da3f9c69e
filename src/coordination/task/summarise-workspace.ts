import { extensionOf, markerOf } from './path-rules.ts';
import type { WorkspaceSummary } from './planning-task.ts';

const keptExtensions = 8;
const keptMarkers = 14;

/**
 * What a list of paths says of a workspace: the eight most frequent endings and at most fourteen marker files, sorted.
 * Paths are relative to the workspace and joined by `/`; what lies above it (`../x`) is left out.
 */
export function summariseWorkspace(paths: Iterable<string>): WorkspaceSummary {
  let files = 0;
  const counts = new Map<string, number>();
  const markers = new Set<string>();
  for (const given of paths) {
    const path = given.replaceAll('\\', '/').replace(/^(\.?\/)+/, '');
    if (path === '' || path.startsWith('../')) continue;
    files += 1;
    const extension = extensionOf(path);
    if (extension !== undefined) counts.set(extension, (counts.get(extension) ?? 0) + 1);
    const marker = markerOf(path);
    if (marker !== undefined) markers.add(marker);
  }
  return { files, ...keepMost(counts, markers) };
}

/** The most frequent endings and the first markers: as much as a summary holds. */
export function keepMost(
  counts: Iterable<readonly [extension: string, files: number]>,
  markers: Iterable<string>,
): Pick<WorkspaceSummary, 'ext' | 'markers'> {
  const frequent = [...counts].sort(([, first], [, second]) => second - first).slice(0, keptExtensions);
  return { ext: Object.fromEntries(frequent), markers: [...new Set(markers)].sort().slice(0, keptMarkers) };
}
