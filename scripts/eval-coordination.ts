// Scores coordination heads on the validation split: npm run eval:coordination -- --help
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDependencyRows, readTaskRows } from '../src/coordination/data/read-rows.ts';
import { evaluateCoordinator } from '../src/coordination/evaluation/evaluate-coordinator.ts';
import { renderReport } from '../src/coordination/evaluation/render-report.ts';
import { saveCoordinator } from '../src/coordination/weights/coordination-file.ts';
import { openCoordinator, shippedWeights } from '../src/coordination/weights/open-coordinator.ts';

const usage = `Usage: npm run eval:coordination -- --data FOLDER [OPTIONS]

Scores coordination heads on the rows of the split val, against rules and without single parts.

Options:
  --data FOLDER     Holds tasks.jsonl.gz and dependencies.jsonl.gz (default: HRM_REX_COORDINATION_DATA)
  --weights FOLDER  Weights to score (default: those that ship)
  --bits 8|4        Score a copy of them that is packed anew with so many bits a weight
  --json FILE       Write the report as JSON, too
`;
const text = { type: 'string' } as const;
const { values } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
if (values.bits !== undefined && !/^[48]$/.test(values.bits)) fail(`--bits: expected 8 or 4, got ${values.bits}`);
const data = values.data ?? process.env.HRM_REX_COORDINATION_DATA;
if (data === undefined || findFile(data, 'tasks') === undefined) {
  fail(
    'Give the folder that holds tasks.jsonl.gz and dependencies.jsonl.gz: --data FOLDER, or HRM_REX_COORDINATION_DATA=FOLDER.',
  );
}
const tasks = await readTaskRows(findFile(data, 'tasks') as string);
const graphs = findFile(data, 'dependencies');
using coordinator = await openWeights(values.weights ?? shippedWeights(), values.bits);
const report = await evaluateCoordinator(
  coordinator,
  tasks,
  graphs === undefined ? [] : await readDependencyRows(graphs),
);
console.log(renderReport(report));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);

/** The weights of a folder, or a copy of them that has been packed with so many bits. */
async function openWeights(folder: string, bits: string | undefined): ReturnType<typeof openCoordinator> {
  const given = await openCoordinator({ folder });
  if (bits === undefined) return given;
  const scratch = await mkdtemp(join(tmpdir(), 'hrm-rex-eval-'));
  try {
    const { weights } = await saveCoordinator(given.parts, scratch, { bits: Number(bits) as 4 | 8 });
    console.log(`${bits} bits: ${((await stat(join(scratch, weights))).size / 1e6).toFixed(2)} MB\n`);
    return await openCoordinator({ folder: scratch });
  } finally {
    given[Symbol.dispose]();
    await rm(scratch, { recursive: true });
  }
}

function readArguments() {
  try {
    return parseArgs({
      options: { data: text, weights: text, bits: text, json: text, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

function findFile(folder: string, name: string): string | undefined {
  return [`${name}.jsonl.gz`, `${name}.jsonl`].map((file) => join(folder, file)).find((path) => existsSync(path));
}
