import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { randomId } from '../../core/ids.ts';
import { openFileJournal, readRunState } from '../../orchestration/index.ts';
import { readTimeline, renderReport } from '../../telemetry/index.ts';
import { usageError } from '../failure.ts';
import { RunStore } from '../run/run-store.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { wrap } from '../view/draw-run.ts';
import { heading } from '../view/live-view.ts';
import { doneAtKill, show } from './show.ts';
import { summarise } from './summary.ts';
import { projects } from './workspace/index.ts';

const help = `Usage: hrm-rex demo [OPTIONS]

Checks and repairs a workspace of six small projects with more than thirty agents at once, each in a shell of its own, in
a sandbox where the machine has one. Their process is killed with SIGKILL in the middle, and another one goes on.

With HRM_REX_MODEL_URL (an OpenAI-compatible server), HRM_REX_MODEL and HRM_REX_MODEL_KEY a model writes what no rule can.

Options:
  --out FILE     Where the HTML report goes (default: with the run)
  --state DIR    Directory of runs (default .hrm-rex)
  -h, --help     Print this help
`;

const flags = {
  out: { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex demo`: the main job, killed and resumed once. Returns the exit code: 0 when all of it was right. */
export async function demo(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (positionals.length > 0) throw usageError('demo takes options only; see hrm-rex demo --help');
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const languages = projects.map(({ language }) => language).join(', ');
  console.log(heading(`hrm-rex repairs ${projects.length} projects: ${languages}.`));
  console.log(`Its process is killed with SIGKILL when ${doneAtKill} jobs are done; another one goes on.\n`);
  const store = new RunStore(values.state);
  const id = `demo-${randomId(8)}`;
  await store.add({ id, kind: 'demo', title: 'The main job', createdAt: Date.now() });
  using stop = stopOnSignal();
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-demo-'));
  try {
    // Sandboxes may run as another user, who has to pass here.
    await chmod(directory, 0o711);
    const out = values.out ?? join(store.folder(id), 'report.html');
    return await play(store, id, { directory, out, signal: stop.signal });
  } finally {
    await rm(directory, { recursive: true, force: true });
    if (stop.signal.aborted) await rm(store.folder(id), { recursive: true, force: true });
  }
}

interface PlayOptions {
  readonly directory: string;
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Shows the run, judges it by its journal and writes its report. */
async function play(store: RunStore, id: string, { directory, out, signal }: PlayOptions): Promise<number> {
  const { place, doneBeforeKill } = await show({ directory, journal: store.journal(id), runId: id, signal });
  if (signal.aborted) return 130;
  await using journal = await openFileJournal(store.journal(id), { readOnly: true });
  const state = await readRunState(journal, id);
  if (!state) throw new Error('the run did not begin');
  const timeline = await readTimeline(journal, id);
  const { lines, problems, repaired } = summarise(timeline, state, doneBeforeKill);
  const summary = `Six small projects, some of them broken, checked and repaired by agents in shells of their own, ${place}.`;
  const figures = { repaired: `${repaired.length}` };
  await writeFile(out, renderReport(timeline, { title: 'The main job', summary, figures }));
  const { isTTY, columns } = process.stdout;
  const shown = [...lines, place].flatMap((line) => (isTTY ? wrap(line, columns) : [line]));
  console.log(`\n${shown.join('\n')}\nreport: ${relative(process.cwd(), out)}`);
  for (const problem of problems) console.error(`✖ ${problem}`);
  return problems.length === 0 ? 0 : 1;
}
