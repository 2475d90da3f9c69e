// Scores the shipped coordination heads on the validation split: npm run eval:coordination -- [--data FOLDER] [--weights FOLDER] [--json FILE]
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDependencyRows, readTaskRows } from '../src/coordination/data/read-rows.ts';
import { evaluateCoordinator } from '../src/coordination/evaluation/evaluate-coordinator.ts';
import { renderReport } from '../src/coordination/evaluation/render-report.ts';
import { openCoordinator } from '../src/coordination/weights/open-coordinator.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { data: text, weights: text, json: text } });
const data = values.data ?? process.env.HRM_REX_COORDINATION_DATA;
if (data === undefined || findFile(data, 'tasks') === undefined) {
  console.error(
    'Give the folder that holds tasks.jsonl.gz and dependencies.jsonl.gz: --data FOLDER, or HRM_REX_COORDINATION_DATA=FOLDER.',
  );
  process.exit(2);
}
const tasks = await readTaskRows(findFile(data, 'tasks') as string);
const graphs = findFile(data, 'dependencies');
using coordinator = await openCoordinator({ folder: values.weights });
const report = await evaluateCoordinator(
  coordinator,
  tasks,
  graphs === undefined ? [] : await readDependencyRows(graphs),
);
console.log(renderReport(report));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);

function findFile(folder: string, name: string): string | undefined {
  return [`${name}.jsonl.gz`, `${name}.jsonl`].map((file) => join(folder, file)).find((path) => existsSync(path));
}
