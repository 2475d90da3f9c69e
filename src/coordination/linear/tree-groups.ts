import { commonEvidence, evidenceSize } from '../encoder/evidence.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import { type BoostedTrees, scoreTrees } from '../trees/boosted-trees.ts';
import { called, linearOutputs } from './linear-outputs.ts';
import type { PartScores } from './linear-path.ts';

const languages = agentKinds.flatMap(({ group }, kind) => (group === 'language' ? [kind] : []));
const others = agentKinds.flatMap(({ group }, kind) => (group === 'language' ? [] : [kind]));

/**
 * Outputs that trees may decide, those of one entry by the same trees: what makes a change touch a language's files is alike
 * for all languages, so they learn from each other's repositories.
 */
export const treeGroups: readonly (readonly number[])[] = [
  languages,
  ...others.map((kind) => [kind]),
  [linearOutputs.composite],
];

/**
 * What the trees of an output read: its own scores and evidence; for a language also the strongest of the other languages,
 * which language it is, and what the text says of everything else; for `composite` the whole task.
 */
export function treeInputs(output: number, scores: PartScores, evidence: Float32Array): Float32Array {
  const { text, workspace, sentence } = scores;
  const { composite, lines } = linearOutputs;
  const own = [text[output] as number, workspace[output] as number, sentence[output] as number];
  if (output === composite) {
    const common = evidence.subarray(evidenceSize - commonEvidence, evidenceSize);
    return Float32Array.of(
      ...own,
      text[lines] as number,
      workspace[lines] as number,
      ...common,
      called(text),
      called(workspace),
    );
  }
  const row = evidence.subarray(output * evidenceSize, (output + 1) * evidenceSize);
  if (!languages.includes(output)) return Float32Array.of(...own, ...row);
  const rivals = languages.filter((language) => language !== output);
  const most = (values: Float32Array, place: (rival: number) => number): number =>
    Math.max(...rivals.map((rival) => values[place(rival)] as number));
  return Float32Array.of(
    ...own,
    ...row,
    // Share of the sources, mentions in the text and in its first line, named files.
    ...[0, 4, 5, 6].map((value) => most(evidence, (rival) => rival * evidenceSize + value)),
    most(text, (rival) => rival),
    most(workspace, (rival) => rival),
    output,
    ...text.subarray(languages.length, lines + 1),
  );
}

/** Writes what the trees say over the joint scores of the outputs that they decide. */
export function scoreGroups(
  trees: readonly BoostedTrees[],
  scores: PartScores,
  evidence: Float32Array,
  joint: Float32Array,
): void {
  treeGroups.forEach((outputs, group) => {
    const deciding = trees[group];
    if (!deciding || deciding.roots.length === 0) return;
    for (const output of outputs) joint[output] = scoreTrees(deciding, treeInputs(output, scores, evidence));
  });
}
