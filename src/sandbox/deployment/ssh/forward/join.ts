import type { Duplex } from 'node:stream';

/** Carries bytes both ways; the end of one direction ends that direction only, a failure or close ends both. */
export function join(left: Duplex, right: Duplex): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}
