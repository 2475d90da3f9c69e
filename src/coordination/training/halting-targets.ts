import { sigmoid } from '../model/calibration.ts';

/** What a planning step costs: the worth of halting one step later is this share of halting now. */
export const stepDiscount = 0.95;

/** A later plan is better when its loss is lower by more than this. */
const MARGIN = 0.02;

/** What the Q head learns at each step. */
export interface HaltingTargets {
  /** 1 where no later step gives a better plan, [steps][B]. */
  readonly halt: readonly Float32Array[];
  /** The discounted best Q value of the next step, as a probability, [steps][B]. */
  readonly proceed: readonly Float32Array[];
}

/**
 * Q-learning of halting, as in HRM, with planning's own reward: halting is right when no later step lowers the loss of the
 * plan, and going on is worth the best that the next step promises. `q` holds logits, [steps][2·B].
 */
export function haltingTargets(losses: readonly Float32Array[], q: readonly Float32Array[]): HaltingTargets {
  const last = losses.length - 1;
  const halt = losses.map((loss, step) =>
    loss.map((now, row) => (losses.slice(step + 1).some((later) => (later[row] as number) < now - MARGIN) ? 0 : 1)),
  );
  const proceed = losses.map((loss, step) =>
    loss.map((_, row) => {
      const next = q[Math.min(step + 1, last)] as Float32Array;
      const [halting, going] = [next[2 * row] as number, next[2 * row + 1] as number];
      return stepDiscount * sigmoid(step + 1 < last ? Math.max(halting, going) : halting);
    }),
  );
  return { halt, proceed };
}
