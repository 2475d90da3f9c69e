import type { CoordinationReport, SystemScores } from './evaluate-coordinator.ts';
import type { OrderScore } from './score-order.ts';
import type { PlanScores } from './score-plans.ts';

const groups = ['languages', 'tools', 'domains', 'all'] as const;
const single: readonly (readonly [keyof PlanScores, string])[] = [
  ['decompose', 'decompose F1'],
  ['difficulty', 'difficulty, rank'],
  ['effortTop', 'effort, top'],
  ['effortDistance', 'effort, distance'],
  ['calibration', 'ECE'],
];

/** Scores on other repositories that the data's own description gives for models outside this package; not measured here. */
const recorded =
  'Recorded with the data, on 3,405 tasks of 26 other repositories: selected TF-IDF + logistic regression languages .765/.765, tools .651/.532, domains .448/.407, all .614/.568; a small transformer from scratch .739/.756, .562/.368, .413/.389, .551/.504.';

/** An evaluation as Markdown tables. */
export function renderReport(report: CoordinationReport): string {
  const { coordinator, rows, sources, systems, ablations, order, steps } = report;
  const taken = Object.entries(steps).map(([count, number]) => `${count}: ${number}`);
  return `# ${coordinator} on ${rows} unseen tasks of ${sources} sources

Micro F1 / macro F1, with the 95 % interval of micro F1 over draws of whole sources.

${f1Table(systems)}

${recorded}

${singleTable(systems)}

Planning steps taken: ${taken.join(', ')}.

## Without a part

The shipped weights with a part switched off.

${f1Table(ablations)}

## Order of subtasks, F1 of edges

${orderTable(order, coordinator)}
`;
}

/** F1 of edges by kind of graph, beside that of all pairs in a random order. */
export function orderTable(order: readonly OrderScore[], name: string): string {
  return `| kind | graphs | ${name} | all pairs in random order |
| --- | --- | --- | --- |
${order.map(({ kind, graphs, f1, allPairs }) => `| ${kind} | ${graphs} | ${number(f1)} | ${number(allPairs)} |`).join('\n')}`;
}

function f1Table(systems: readonly SystemScores[]): string {
  const rows = systems.map(({ name, scores, intervals }) => {
    const cells = groups.map((group) => {
      const [low, high] = intervals[`${group}.micro`] ?? [0, 0];
      return `${number(scores[group].micro)} / ${number(scores[group].macro)} (${number(low)}–${number(high)})`;
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return `| | ${groups.join(' | ')} |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function singleTable(systems: readonly SystemScores[]): string {
  const rows = systems.map(
    ({ name, scores }) => `| ${name} | ${single.map(([score]) => number(scores[score] as number)).join(' | ')} |`,
  );
  const titles = single.map(([, title]) => title).join(' | ');
  return `| | ${titles} |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function number(value: number): string {
  return value.toFixed(3);
}
