/** Shape of the learning rate over the run; one shape serves both optimisers, each with its own base rate. */
export interface Schedule {
  /** Steps of linear warm-up; 0 for none. */
  readonly warmupSteps: number;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Share of the base rate that is left at the end; 1 keeps the rate constant. */
  readonly minRatio: number;
}

/** Rate of a step, counted from 1: linear warm-up, then half a cosine from the base rate down to `minRatio` of it. */
export function learningRate(base: number, step: number, { warmupSteps, totalSteps, minRatio }: Schedule): number {
  if (step < warmupSteps) return (base * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return base * (minRatio + (1 - minRatio) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
