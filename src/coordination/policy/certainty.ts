/** How sure a choice by a threshold is, 0.5 at the threshold and 1 at the ends. */
export function certainty(probability: number, threshold = 0.5): number {
  const room = probability >= threshold ? 1 - threshold : threshold;
  return room > 0 ? 0.5 + (0.5 * Math.abs(probability - threshold)) / room : 0.5;
}
