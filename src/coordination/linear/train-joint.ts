import { jointInputs, jointSize, type LinearScores, linearOutputs } from './linear-path.ts';
import { solveSymmetric } from './solve-symmetric.ts';

/** A row whose text and workspace scores come from tables that have not seen it. */
export interface JointRow {
  readonly scores: Pick<LinearScores, 'text' | 'workspace'>;
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
  const inputs = rows.map(({ scores, evidence }) => jointInputs(output, scores, evidence));
  const isLogistic = output !== linearOutputs.lines;
  const solution = new Float64Array(jointSize);
  for (let step = 0; step < (isLogistic ? newtonSteps : 1); step++) {
    const matrix = new Float64Array(jointSize * jointSize);
    const right = new Float64Array(jointSize);
    for (let at = 0; at < jointSize; at++) {
      // The last input is the constant: it is free.
      const pull = at === jointSize - 1 ? 1e-6 : ridge;
      matrix[at * jointSize + at] = pull;
      right[at] = -pull * (solution[at] as number);
    }
    inputs.forEach((values, index) => {
      const { targets, weight } = rows[index] as JointRow;
      let score = 0;
      for (let at = 0; at < jointSize; at++) score += (solution[at] as number) * (values[at] as number);
      const guess = isLogistic ? 1 / (1 + Math.exp(-score)) : score;
      const curvature = weight * (isLogistic ? Math.max(1e-4, guess * (1 - guess)) : 1);
      addRow(matrix, right, values, curvature, weight * ((targets[output] as number) - guess));
    });
    const change = solveSymmetric(matrix, right);
    change.forEach((by, at) => {
      solution[at] = (solution[at] as number) + by;
    });
  }
  return solution;
}

/** Adds curvature·x·xᵀ to the lower half of the matrix and error·x to the right side. */
function addRow(matrix: Float64Array, right: Float64Array, x: Float32Array, curvature: number, error: number): void {
  for (let row = 0; row < jointSize; row++) {
    const value = x[row] as number;
    if (value === 0) continue;
    right[row] = (right[row] as number) + error * value;
    const scaled = curvature * value;
    for (let column = 0, at = row * jointSize; column <= row; column++, at++) {
      matrix[at] = (matrix[at] as number) + scaled * (x[column] as number);
    }
  }
}
