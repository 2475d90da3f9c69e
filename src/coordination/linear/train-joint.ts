import { fitNewton } from './fit-newton.ts';
import { linearOutputs } from './linear-outputs.ts';
import { jointInputs, jointSize, type PartScores } from './linear-path.ts';

/** A row whose scores come from tables that have not seen it. */
export interface JointRow {
  readonly scores: PartScores;
  readonly evidence: Float32Array;
  readonly targets: Float32Array;
  readonly weight: number;
}

/** Pull of the joint weights towards 0, in rows. */
const ridge = 8;
/** Newton steps of the logistic outputs. */
const newtonSteps = 5;

/**
 * Fits the joint weights, one output after another: least squares for the lines, logistic regression by Newton's method for
 * everything else (effort shares count as fractions of a yes). [outputs, jointSize]
 */
export function trainJoint(rows: readonly JointRow[]): Float32Array {
  const joint = new Float32Array(linearOutputs.count * jointSize);
  for (let output = 0; output < linearOutputs.count; output++) {
    const known = rows.filter(({ targets }) => !Number.isNaN(targets[output] as number));
    if (known.length > 0) joint.set(fitOutput(output, known), output * jointSize);
  }
  return joint;
}

function fitOutput(output: number, rows: readonly JointRow[]): Float64Array {
  const isLogistic = output !== linearOutputs.lines;
  return fitNewton(
    rows.map(({ scores, evidence, targets, weight }) => ({
      inputs: jointInputs(output, scores, evidence),
      target: targets[output] as number,
      weight,
    })),
    // The last input is the constant: it is free.
    {
      pulls: Array.from({ length: jointSize }, (_, at) => (at === jointSize - 1 ? 1e-6 : ridge)),
      steps: isLogistic ? newtonSteps : 1,
      isLogistic,
    },
  );
}
