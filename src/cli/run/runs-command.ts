import { parseArgs } from 'node:util';
import { openFileJournal, readRunState } from '../../orchestration/index.ts';
import { readTimeline } from '../../telemetry/index.ts';
import { formatDuration } from '../../telemetry/report/html/markup.ts';
import { RunStore, type StoredRun } from './run-store.ts';

const help = `Usage: hrm-rex runs [OPTIONS]

Lists the runs of this directory, the newest last: where each stands, how much is done, and what it waits for.

Options:
  --state DIR    Directory of runs (default .hrm-rex)
  --json         Print them as JSON
  -h, --help     Print this help
`;

const flags = { state: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** Where a run stands, for a list. */
interface ListedRun {
  readonly id: string;
  readonly title: string;
  /** `interrupted` where no process works on a run that is not over, `waiting` where it needs an answer first. */
  readonly status: string;
  readonly done: number;
  readonly nodes: number;
  readonly wallMs: number;
  readonly startedAt: number;
  readonly tickets: readonly string[];
  readonly reason: string;
}

/** `hrm-rex runs`: lists runs. */
export async function runsCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const store = new RunStore(values.state);
  const listed = await Promise.all((await store.list()).map((run) => describe(store, run)));
  if (values.json) {
    process.stdout.write(`${JSON.stringify(listed, undefined, 2)}\n`);
    return 0;
  }
  if (listed.length === 0) process.stdout.write('no runs yet: hrm-rex run FILE begins one\n');
  const width = Math.max(0, ...listed.map(({ id }) => id.length));
  for (const { id, status, done, nodes, wallMs, startedAt, tickets, reason } of listed) {
    const when = new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ');
    const more =
      tickets.length > 0
        ? `  waits for ${tickets.join(', ')}`
        : reason === ''
          ? ''
          : `  ${reason.split('\n', 1)[0]?.slice(0, 60)}`;
    process.stdout.write(
      `${id.padEnd(width)}  ${status.padEnd(11)}  ${`${done}/${nodes}`.padStart(7)}  ${formatDuration(wallMs).padStart(9)}  ${when}${more}\n`,
    );
  }
  return 0;
}

async function describe(store: RunStore, { id, title, createdAt }: StoredRun): Promise<ListedRun> {
  const unknown = { id, title, done: 0, nodes: 0, wallMs: 0, startedAt: createdAt, tickets: [] };
  try {
    await using journal = await openFileJournal(store.journal(id), { readOnly: true });
    const timeline = await readTimeline(journal, id);
    const tickets = [...((await readRunState(journal, id))?.tickets.keys() ?? [])];
    const { status, reason, wallMs, startedAt, nodes } = timeline;
    const done = nodes.filter(({ state }) => state === 'done').length;
    const isOver = status !== 'running' && status !== 'paused';
    const stands = isOver || (await store.isHeld(id)) ? status : tickets.length > 0 ? 'waiting' : 'interrupted';
    return { id, title, status: stands, done, nodes: nodes.length, wallMs, startedAt, tickets, reason };
  } catch (error) {
    return { ...unknown, status: 'unreadable', reason: (error as Error).message };
  }
}
