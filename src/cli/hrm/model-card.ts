import type { Evaluation, HrmConfig, QuantiseResult } from '../../hrm/index.ts';
import type { PuzzleScores } from './score-puzzles.ts';
import type { TrainingData } from './training-data.ts';

/** What a card tells of a model. */
export interface CardFacts {
  readonly config: HrmConfig;
  readonly data: TrainingData;
  /** Command that made it, and backend that it ran on. */
  readonly command: string;
  readonly backend: string;
  readonly parameterCount: number;
  readonly score: Evaluation;
  readonly scores: PuzzleScores;
  /** What packing the weights cost; absent for full precision. */
  readonly packed?: QuantiseResult | undefined;
}

/** What a reader has to know before trusting a model, as Markdown. */
export function renderCard(facts: CardFacts): string {
  const { config, data, command, backend, parameterCount, score, scores, packed } = facts;
  const size = `width ${config.hiddenSize}, ${config.headCount} heads, ${config.highLayers} + ${config.lowLayers} blocks${config.sharedModule ? ' (one module in both roles)' : ''}, at most ${config.maxSteps} steps`;
  return `# Model card

An HRM for ${data.description}: ${size}; ${parameterCount} parameters.

On ${score.count} puzzles that it never saw, ${percent(score.exactAccuracy)} are right in every cell (${percent(score.accuracy)} of the cells).
${data.unseen}${packed ? `\n\n${packedText(packed)}` : ''}

| steps of thinking | right in every cell |
| --- | --- |
${rows(powersOfTwo(scores.exactAccuracyByStep.length).map((step) => [String(step), percent(scores.exactAccuracyByStep[step - 1] as number)]))}

| ${data.groupName} | puzzles | right in every cell | right cells |
| --- | --- | --- | --- |
${rows([...scores.groups].map(([group, { count, exactAccuracy, accuracy }]) => [String(group), String(count), percent(exactAccuracy), percent(accuracy)]))}

Made on the backend ${backend} by \`${command}\`; curves in curves.html.
`;
}

function packedText({ quantised, fullScore, quantisedScore, retention }: QuantiseResult): string {
  return `Weights of ${quantised.bits} bits: ${percent(quantisedScore)} exact where the full model has ${percent(fullScore)}, ${percent(retention)} of its score.`;
}

function powersOfTwo(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
}

function rows(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
