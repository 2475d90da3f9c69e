/** Speed and memory of planning with the shipped heads: `npm run bench -- coordination [--json FILE]`, after a build. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  openCoordinator,
  type PlanningTask,
  planTask,
  ruleCoordinator,
  summariseWorkspace,
} from '../src/coordination/index.ts';
import { shippedWeights } from '../src/coordination/weights/open-coordinator.ts';
import { median, paired, quantile, type Row, report } from './measure.ts';

const rows: Row[] = [];
const door = fileURLToPath(new URL('../dist/coordination/index.js', import.meta.url));
const endings = ['ts', 'ts', 'ts', 'py', 'md', 'json', 'css', 'yml'];
const paths = Array.from({ length: 1000 }, (_, index) => `src/part-${index % 40}/file-${index}.${endings[index % 8]}`);
const task: PlanningTask = {
  text: 'Fix the retry of uploads\n\nThe client gives up after the first timeout; add tests and say so in the docs.',
  workspace: summariseWorkspace([...paths, 'package.json', 'Dockerfile', '.github/workflows/ci.yml']),
};

await warm();
await cold();
await size();
report('coordination', rows);

async function warm(): Promise<void> {
  using coordinator = await openCoordinator({ backend: 'wasm' });
  using rules = ruleCoordinator();
  const [found, reference] = await paired(
    100,
    () => planTask(task, coordinator),
    () => planTask(task, rules),
  );
  const against = { reference: median(reference), against: 'keyword rules' };
  rows.push(
    { what: 'one plan, 1,000 files, wasm, median', value: median(found), unit: 'ms', ...against, target: { most: 50 } },
    { what: 'one plan, 1,000 files, wasm, 95th percentile', value: quantile(found, 0.95), unit: 'ms' },
  );
}

/** A process of its own that plans one task; against one that only starts. */
async function cold(): Promise<void> {
  const script = `
    const { openCoordinator, planTask } = await import(${JSON.stringify(door)});
    const startedAt = performance.now();
    const coordinator = await openCoordinator({ backend: 'wasm' });
    await planTask(${JSON.stringify(task)}, coordinator);
    console.log(JSON.stringify({ ms: performance.now() - startedAt, bytes: process.resourceUsage().maxRSS * 1024 }));`;
  const found: { readonly ms: number; readonly bytes: number }[] = [];
  const bare: number[] = [];
  for (let index = 0; index < 7; index++) {
    found.push(JSON.parse(await runNode(script)));
    bare.push(Number(await runNode('console.log(process.resourceUsage().maxRSS * 1024)')));
  }
  const megabyte = 2 ** 20;
  rows.push(
    {
      what: 'first plan of a process, weights and backend loaded within, median',
      value: median(found.map(({ ms }) => ms)),
      unit: 'ms',
      target: { most: 400 },
    },
    {
      what: 'peak memory of that process, median',
      value: median(found.map(({ bytes }) => bytes)) / megabyte,
      unit: 'MB',
      reference: median(bare) / megabyte,
      against: 'a bare process',
      target: { most: 200 },
    },
  );
}

async function runNode(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout;
}

async function size(): Promise<void> {
  const { size } = await stat(join(shippedWeights(), 'model.safetensors'));
  rows.push({ what: 'shipped weights', value: size / 1e6, unit: 'MB', target: { most: 8 } });
}
