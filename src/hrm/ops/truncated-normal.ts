import type { Random } from '../random.ts';

/** Φ(−2), the mass below the lower bound. */
const TAIL = 0.022750131948179195;
/** 1 / standard deviation of a unit normal cut at ±2, so that the samples have the deviation that is asked for. */
export const truncationCompensation: number = 1.1368472343385565;

/** Samples of a normal distribution cut at two of its deviations and stretched to the deviation `std` (JAX convention). */
export function truncatedNormal(count: number, std: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => truncatedNormalAt(random.next(), std));
}

/** The value at a fraction in [0, 1] of the distribution's range. */
export function truncatedNormalAt(fraction: number, std: number): number {
  const value = normalQuantile(TAIL + fraction * (1 - 2 * TAIL));
  return Math.max(-2, Math.min(2, value)) * truncationCompensation * std;
}

/** Inverse of the normal distribution function, relative error below 1.2e-9 (Acklam's rational approximation). */
function normalQuantile(p: number): number {
  if (p < 0.02425) return tailQuantile(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tailQuantile(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (q * polynomial(CENTRE_TOP, r)) / (polynomial(CENTRE_BOTTOM, r) * r + 1);
}

function tailQuantile(q: number): number {
  return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const CENTRE_TOP = [
  ...[-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2],
  ...[1.38357751867269e2, -3.066479806614716e1, 2.506628277459239],
];
const CENTRE_BOTTOM = [
  ...[-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1],
];
const TAIL_TOP = [
  ...[-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838],
  ...[-2.549732539343734, 4.374664141464968, 2.938163982698783],
];
const TAIL_BOTTOM = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
