import type { EncodedTask, SparseVector } from '../encoder/encoded-task.ts';
import { commonEvidence, evidenceSize } from '../encoder/evidence.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { BoostedTrees } from '../trees/boosted-trees.ts';
import { called, linearOutputs } from './linear-outputs.ts';
import { scoreGroups } from './tree-groups.ts';

/** A linear model over one kind of hashed features. */
export interface LinearTable {
  /** Weight of each feature before a row is scaled to length 1: how rare it is; 0 for one that does not count. [featureCount] */
  readonly scale: Float32Array;
  /** Place of each feature in `weights`, −1 for one that does not count. [featureCount] */
  readonly rows: Int32Array;
  /** [features that count, outputs] */
  readonly weights: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

/** Linear models over hashed features, and what joins them: the level from which the recurrent core starts. */
export interface LinearPath {
  /** Reads the text alone. */
  readonly text: LinearTable;
  /** Reads the workspace alone. */
  readonly workspace: LinearTable;
  /** Reads the vector of a sentence encoder, in weights that were trained with one. */
  readonly sentence?: LinearTable | undefined;
  /** Joins them with the evidence, see `jointInputs`: [outputs, `jointSize`], row by row. */
  readonly joint: Float32Array;
  /** Trees that take the place of `joint` where they predict strange sources better, see `treeGroups`. [groups] */
  readonly trees: readonly BoostedTrees[];
}

/** What the linear path says of one task; each array [outputs], in the order of {@link linearOutputs}. */
export interface LinearScores {
  readonly text: Float32Array;
  readonly workspace: Float32Array;
  /** 0 without a sentence encoder. */
  readonly sentence: Float32Array;
  /** The linear path's answer. */
  readonly joint: Float32Array;
}

/** What the tables say of one task, before anything is joined. */
export type PartScores = Omit<LinearScores, 'joint'>;

/** Values from which each output of `joint` is computed. */
export const jointSize: number = 2 + evidenceSize + 4 + 2;

/** Scores of a task. */
export function linearScores(path: LinearPath, task: EncodedTask): LinearScores {
  const parts = partScores(path, task);
  const joint = joinScores(path.joint, parts, task.evidence);
  scoreGroups(path.trees, parts, task.evidence, joint);
  return { ...parts, joint };
}

/** Scores of a task by each table alone. */
export function partScores(
  { text, workspace, sentence }: Pick<LinearPath, 'text' | 'workspace' | 'sentence'>,
  task: EncodedTask,
): PartScores {
  return {
    text: tableScores(text, task.text),
    workspace: tableScores(workspace, task.workspace),
    sentence: sentence && task.sentence ? tableScores(sentence, task.sentence) : new Float32Array(linearOutputs.count),
  };
}

/** Evidence of each agent kind together with its text, workspace and joint score: what the agents' tokens read. [agents, fullEvidenceSize] */
export function fullEvidence(evidence: Float32Array, { text, workspace, joint }: LinearScores): Float32Array {
  const full = new Float32Array(agentKinds.length * fullEvidenceSize);
  agentKinds.forEach((_, kind) => {
    full.set(evidence.subarray(kind * evidenceSize, (kind + 1) * evidenceSize), kind * fullEvidenceSize);
    const scores = [text, workspace, joint].map((part) => (part[kind] as number) / 3);
    full.set(scores, kind * fullEvidenceSize + evidenceSize);
  });
  return full;
}

/** Values of one agent kind in {@link fullEvidence}. */
export const fullEvidenceSize: number = evidenceSize + 3;

/** Scores of a row by one table. [outputs] */
export function tableScores(table: LinearTable, features: SparseVector): Float32Array {
  const scores = table.bias.slice();
  const width = scores.length;
  forEachEntry(table, features, (row, value) => {
    for (let output = 0, at = row * width; output < width; output++, at++) {
      scores[output] = (scores[output] as number) + value * (table.weights[at] as number);
    }
  });
  return scores;
}

/** Visits the features of a row that count, with their values scaled so that the row has length 1. */
export function forEachEntry(
  { scale, rows }: Pick<LinearTable, 'scale' | 'rows'>,
  { indices, values }: SparseVector,
  visit: (row: number, value: number) => void,
): void {
  let squares = 0;
  for (let entry = 0; entry < indices.length; entry++) {
    squares += ((values[entry] as number) * (scale[indices[entry] as number] as number)) ** 2;
  }
  if (squares === 0) return;
  const norm = 1 / Math.sqrt(squares);
  for (let entry = 0; entry < indices.length; entry++) {
    const feature = indices[entry] as number;
    const row = rows[feature] as number;
    if (row >= 0) visit(row, (values[entry] as number) * (scale[feature] as number) * norm);
  }
}

/**
 * What the joint score of an output is computed from. [jointSize]
 *
 * Its text and workspace score, and last but one that of the sentence; for an agent kind its evidence, the root of its share of the files, and each mention of it times
 * its rank in the workspace; for the whole task its lengths, how many agents text and workspace call for, and how long and
 * composite the text sounds; last, 1. Other kinds' scores are left out: they tell repositories apart and do not generalise.
 */
export function jointInputs(
  output: number,
  { text, workspace, sentence }: PartScores,
  evidence: Float32Array,
): Float32Array {
  const inputs = new Float32Array(jointSize);
  inputs[0] = text[output] as number;
  inputs[1] = workspace[output] as number;
  inputs[jointSize - 2] = sentence[output] as number;
  inputs[jointSize - 1] = 1;
  if (output === linearOutputs.composite || output === linearOutputs.lines) {
    inputs.set(evidence.subarray(evidenceSize - commonEvidence, evidenceSize), 2);
    inputs.set([called(text), called(workspace)], 2 + commonEvidence);
    inputs.set([text[linearOutputs.lines] as number, text[linearOutputs.composite] as number], 4 + commonEvidence);
    return inputs;
  }
  const kind = output < linearOutputs.composite ? output : output - linearOutputs.effort;
  const own = evidence.subarray(kind * evidenceSize, (kind + 1) * evidenceSize);
  const rank = own[3] as number;
  inputs.set(own, 2);
  inputs.set(
    [Math.sqrt(own[0] as number), ...Array.from(own.subarray(4, 7), (mention) => mention * rank)],
    2 + evidenceSize,
  );
  return inputs;
}

function joinScores(joint: Float32Array, scores: PartScores, evidence: Float32Array): Float32Array {
  return Float32Array.from({ length: linearOutputs.count }, (_, output) => {
    const inputs = jointInputs(output, scores, evidence);
    return inputs.reduce((sum, input, at) => sum + input * (joint[output * jointSize + at] as number), 0);
  });
}
