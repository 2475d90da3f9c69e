import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskRow } from '../data/task-row.ts';
import type { SentenceSettings } from '../encoder/encoded-task.ts';
import { orderTable } from '../evaluation/render-report.ts';
import type { OrderScore } from '../evaluation/score-order.ts';
import type { PlanScores } from '../evaluation/score-plans.ts';
import type { LinearPath } from '../linear/linear-path.ts';
import { treeGroups } from '../linear/tree-groups.ts';
import type { CoordinationModel } from '../model/coordination-model.ts';
import { planOutputs } from '../model/plan-outputs.ts';
import { agentKinds } from '../task/agent-kinds.ts';
import type { CoordinationTrainEvent } from './train-events.ts';

/** What a card tells of a run. */
export interface CardFacts {
  readonly rows: readonly TaskRow[];
  readonly events: readonly CoordinationTrainEvent[];
  /** Scores on the validation split. */
  readonly scores: PlanScores;
  /** Scores of the order of subtasks there; empty without task graphs. */
  readonly order: readonly OrderScore[];
  readonly model: CoordinationModel;
  /** Which outputs the heads decide. [planOutputs.count] */
  readonly byHeads: readonly boolean[];
  readonly linear: LinearPath;
  /** The sentence encoder that the weights need. */
  readonly sentence: SentenceSettings | undefined;
  readonly notes: Readonly<Record<string, string>>;
}

/** Writes the model card `README.md` beside the weights. */
export async function writeCard(folder: string, facts: CardFacts): Promise<void> {
  await writeFile(join(folder, 'README.md'), renderCard(facts));
}

/** The model card as Markdown: data, licences, command, seed, scores, weaknesses. */
export function renderCard(facts: CardFacts): string {
  const { rows, events, scores, model, byHeads, linear: path, sentence, notes } = facts;
  const { core, coordinationBlocks } = model.config;
  const linear = events.find((event) => event.type === 'linear')?.scores;
  const started = events.find((event) => event.type === 'started');
  return `# Model card: coordination heads

Reads a task's text and a summary of its workspace, and says which of 18 kinds of agents it needs, with which share of the
effort, how large it is, whether to take it apart, in which order subtasks come, and what an agent does after a failed step.

A Hierarchical Reasoning Model (width ${core.hiddenSize}, ${core.highLayers} + ${core.lowLayers} blocks, at most ${core.maxSteps} planning steps) with ${coordinationBlocks} block(s) of coordination
attention, on top of a linear model over hashed features; ${started?.parameterCount ?? 0} trained values without the linear model.

## Scores

On ${scores.rows} tasks of the validation split; ${notes.split ?? ''}. Micro F1 / macro F1.

| | linear path alone | with HRM |
| --- | --- | --- |
${scoreLines(linear, scores)}

Each output is decided by whoever predicted it better on sources that the heads have not learned.
By the heads: ${decided(byHeads, true)}. By the linear path alone: ${decided(byHeads, false)}.
Inside the linear path small boosted trees join text, workspace and evidence for ${joinedByTrees(path)}: there they predict sources
that they have not seen better than a linear join does.

Sentence encoder: ${sentence ? `${sentence.name} (${sentence.size} values) has to be installed and given; its licence is its own` : 'none is needed'}.
${orderSection(facts)}
## Data

${rows.length} tasks of ${new Set(rows.map(({ source }) => source)).size} sources. Rows by licence: ${licences(rows)}.
Labels follow from facts (changed files of the real change, advisories, maintainers' categories), not from opinions of people or models.

## How it was made

\`${notes.command ?? 'trainCoordination'}\` with seed ${notes.seed ?? '0'}${notes.backend ? ` on the backend ${notes.backend}` : ''}. Curves: \`curves.html\`.

## Known weaknesses

- Tasks are commit messages and advisories in English; plans for other languages rest on the workspace alone.
- Label frequencies in the data are not natural ones: rare kinds were sampled more often.
- Language is read from the workspace better than from the text: without a workspace expect far lower scores.
- Difficulty is the number of changed lines of the real change, which a text foretells only roughly.
- Priority has no true label: it is a rank by predicted effort and order.
- The executor's policy was trained on synthesised observations, not on real runs.
`;
}

function orderSection({ order }: CardFacts): string {
  if (order.length === 0) return '';
  return `
### Order of subtasks

F1 of edges on the task graphs of the validation split.

${orderTable(order, 'order head')}
`;
}

function scoreLines(linear: PlanScores | undefined, scores: PlanScores): string {
  const groups = ['languages', 'tools', 'domains', 'all'] as const;
  const single = {
    decompose: 'decompose, F1',
    difficulty: 'difficulty, rank correlation',
    effortTop: 'effort, right top agent',
    effortDistance: 'effort, total variation (lower is better)',
    calibration: 'expected calibration error (lower is better)',
  } as const;
  const pair = (of: PlanScores | undefined, group: (typeof groups)[number]): string =>
    of ? `${of[group].micro.toFixed(3)} / ${of[group].macro.toFixed(3)}` : '–';
  return [
    ...groups.map((group) => `| ${group} | ${pair(linear, group)} | ${pair(scores, group)} |`),
    ...Object.entries(single).map(([name, title]) => {
      const value = (of: PlanScores | undefined): string => of?.[name as keyof typeof single].toFixed(3) ?? '–';
      return `| ${title} | ${value(linear)} | ${value(scores)} |`;
    }),
  ].join('\n');
}

function licences(rows: readonly TaskRow[]): string {
  const counts = new Map<string, number>();
  for (const { licence } of rows) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([licence, count]) => `${licence} ${count}`)
    .join(', ');
}

/** Names of the outputs that trees decide. */
function joinedByTrees({ trees }: LinearPath): string {
  const names = new Map<number, string>(agentKinds.map(({ name }, kind) => [kind, name]));
  names.set(planOutputs.composite, 'composite');
  const outputs = treeGroups.flatMap((group, index) => ((trees[index]?.roots.length ?? 0) > 0 ? group : []));
  return outputs.map((output) => names.get(output)).join(', ') || 'nothing';
}

/** Names of the outputs that one side decides. */
function decided(byHeads: readonly boolean[], side: boolean): string {
  const { composite, lines, effort, difficulty, groups } = planOutputs;
  const names = new Map([
    ...agentKinds.map(({ name }, kind) => [kind, name] as const),
    ...([
      [composite, 'composite'],
      [lines, 'changed lines'],
      [effort, 'effort'],
      [difficulty, 'difficulty'],
    ] as const),
    ...(['code', 'tool', 'system'] as const).map((group, index) => [groups + index, `${group} subtasks`] as const),
  ]);
  return [...names].flatMap(([output, name]) => (byHeads[output] === side ? [name] : [])).join(', ') || 'nothing';
}
