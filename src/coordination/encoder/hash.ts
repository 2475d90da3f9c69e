import type { SparseVector } from './encoded-task.ts';

/** A 32-bit hash of a text: FNV-1a over its UTF-16 units, mixed so that the low bits may be taken alone. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Named features as a sparse vector of `featureCount` places; features that share a place are added. */
export function hashFeatures(features: ReadonlyMap<string, number>, featureCount: number): SparseVector {
  const places = new Map<number, number>();
  for (const [name, value] of features) {
    const place = hashText(name) % featureCount;
    places.set(place, (places.get(place) ?? 0) + value);
  }
  const entries = [...places].sort(([a], [b]) => a - b);
  return {
    indices: Int32Array.from(entries, ([place]) => place),
    values: Float32Array.from(entries, ([, value]) => value),
  };
}
