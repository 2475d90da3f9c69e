import { parseArgs } from 'node:util';
import type { Coordinator } from '../../coordination/model/prediction.ts';
import { planTask } from '../../coordination/plan/plan-task.ts';
import { openDefaultCoordinator } from '../../coordination/policy/open-default.ts';
import { ruleCoordinator } from '../../coordination/policy/rule-coordinator.ts';
import type { UniversalSentenceEncoder } from '../../coordination/sentence/universal-sentence-encoder.ts';
import type { PlanningTask } from '../../coordination/task/planning-task.ts';
import { readWorkspace } from '../../coordination/task/read-workspace.ts';
import { LocalRuntime } from '../../sandbox/index.ts';
import { usageError } from '../failure.ts';
import { wholeNumber } from '../hrm/arguments.ts';
import { drawPlan } from './draw-plan.ts';

const help = `Usage: hrm-rex plan TASK [OPTIONS]

Plans a task without a language model: which agents it needs, in what order, with which effort, and how sure that is.

TASK is a text, or - for standard input. The workspace tells most about languages and tools: its file names are read,
never its files.

Options:
  --dir DIR          The workspace (default: the current directory)
  --no-dir           Plan from the text alone
  --why              Say which words, endings and files moved each choice
  --max-agents N     Most agents (default 30)
  --model FOLDER     Trained weights (default: those of the package)
  --rules            Plan by keywords, without trained weights
  --json             Print the plan as JSON
  -h, --help         Print this help
`;

const flags = {
  dir: { type: 'string' },
  'no-dir': { type: 'boolean' },
  why: { type: 'boolean' },
  'max-agents': { type: 'string' },
  model: { type: 'string' },
  rules: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex plan`: agents, order, effort and confidence for a task. */
export async function planCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0)
    throw usageError('plan takes one task in quotes; see hrm-rex plan --help');
  if (values.dir !== undefined && values['no-dir']) throw usageError('--dir and --no-dir exclude each other');
  if (values.model !== undefined && values.rules) throw usageError('--model and --rules exclude each other');
  const maxAgents = wholeNumber(values, 'max-agents', 30);
  const text = given === '-' ? await readInput() : given;
  const task = values['no-dir'] ? { text } : await withWorkspace(text, values.dir ?? '.');
  using sentence = await sentenceEncoderOf(values.model);
  using coordinator = await open(values, sentence);
  const plan = await planTask(task, coordinator, { maxAgents, explain: values.why ?? false });
  const { columns = 100, isTTY = false } = process.stdout;
  const canvas = { columns: Math.max(20, columns), colour: isTTY && !process.env.NO_COLOR };
  const shown = values.json ? JSON.stringify({ task, ...plan }, undefined, 2) : drawPlan(plan, canvas).join('\n');
  process.stdout.write(`${shown}\n`);
  return 0;
}

async function withWorkspace(text: string, directory: string): Promise<PlanningTask> {
  await using runtime = new LocalRuntime();
  return { text, workspace: await readWorkspace(runtime, directory) };
}

/** The sentence encoder that weights were trained with; undefined for those that need none. */
async function sentenceEncoderOf(model: string | undefined): Promise<UniversalSentenceEncoder | undefined> {
  if (model === undefined) return undefined;
  const { readCoordinationManifest } = await import('../../coordination/weights/coordination-file.ts');
  const { encoder } = await readCoordinationManifest(model);
  if (!encoder.sentence) return undefined;
  const { openSentenceEncoder } = await import('../../coordination/sentence/universal-sentence-encoder.ts');
  return await openSentenceEncoder();
}

async function open(
  { model, rules = false }: { readonly model?: string; readonly rules?: boolean },
  sentence: UniversalSentenceEncoder | undefined,
): Promise<Coordinator> {
  if (rules) return ruleCoordinator();
  if (model === undefined) return await openDefaultCoordinator();
  const { openCoordinator } = await import('../../coordination/weights/open-coordinator.ts');
  return await openCoordinator({ folder: model, sentence });
}

async function readInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
