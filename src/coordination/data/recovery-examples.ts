import type { Random } from '../../hrm/random.ts';
import { encodeTask } from '../encoder/encode-task.ts';
import type { EncoderSettings } from '../encoder/encoded-task.ts';
import { recoveryFeatureCount } from '../model/head-layout.ts';
import { type RecoveryAction, recoveryActions, type StepObservation } from '../model/prediction.ts';
import { observationAgent, observationText, recoveryFeatures } from '../model/recovery.ts';
import type { RecoveryBatch } from '../training/recovery-gradients.ts';

/** An observation and the action that should follow it. */
export interface RecoveryRow {
  readonly observation: StepObservation;
  readonly action: RecoveryAction;
}

/** Observations as the executor reads them. */
export class RecoveryExamples {
  readonly count: number;
  readonly #tokens: readonly Int32Array[];
  readonly #rows: readonly RecoveryRow[];

  constructor(rows: readonly RecoveryRow[], settings: EncoderSettings) {
    this.count = rows.length;
    this.#rows = rows;
    this.#tokens = rows.map(({ observation }) => encodeTask({ text: observationText(observation) }, settings).tokens);
  }

  /** Some rows at random. */
  draw(size: number, random: Random): RecoveryBatch {
    return this.take(Array.from({ length: size }, () => random.integer(0, this.count - 1)));
  }

  /** The rows at some positions. */
  take(positions: readonly number[]): RecoveryBatch {
    const size = positions.length;
    const tokens = positions.map((position) => this.#tokens[position] as Int32Array);
    const rows = positions.map((position) => this.#rows[position] as RecoveryRow);
    const features = new Float32Array(size * recoveryFeatureCount);
    for (const [row, { observation }] of rows.entries()) {
      features.set(recoveryFeatures(observation), row * recoveryFeatureCount);
    }
    return {
      size,
      tokens: Int32Array.from(tokens.flatMap((words) => [...words])),
      agents: Int32Array.from(rows, ({ observation }) => observationAgent(observation)),
      features,
      actions: Int32Array.from(rows, ({ action }) => recoveryActions.indexOf(action)),
    };
  }
}
