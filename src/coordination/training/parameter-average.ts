import { type AveragedModel, MovingAverage } from '../../hrm/training/ema.ts';

/** A moving average whose first updates count more, so that the start is soon forgotten. */
export class ParameterAverage extends MovingAverage {
  /** Updates done so far. */
  updates = 0;

  override update(model: AveragedModel): void {
    this.updates += 1;
    super.update(model, Math.min(this.decay, this.updates / (this.updates + 9)));
  }
}
