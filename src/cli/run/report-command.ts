import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openFileJournal } from '../../orchestration/index.ts';
import { readTimeline, renderReport } from '../../telemetry/index.ts';
import { usageError } from '../failure.ts';
import { reportPath } from './perform.ts';
import { RunStore } from './run-store.ts';

const help = `Usage: hrm-rex report ID [OPTIONS]

Writes what happened in a run as one HTML file: timeline, graph and logs. Also while it runs.

Options:
  --out FILE     Where it goes, - for standard output (default: with the run)
  --json         Write the timeline as JSON
  --state DIR    Directory of runs (default .hrm-rex)
  -h, --help     Print this help
`;

const flags = {
  out: { type: 'string' },
  json: { type: 'boolean' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex report`: writes the report of a run. */
export async function reportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw usageError('report takes the id of one run; see hrm-rex runs');
  const store = new RunStore(values.state);
  const { id, title, graph } = await store.find(name);
  await using journal = await openFileJournal(store.journal(id), { readOnly: true });
  const timeline = await readTimeline(journal, id);
  const text = values.json
    ? `${JSON.stringify(timeline, undefined, 2)}\n`
    : renderReport(timeline, { title, summary: graph?.goal });
  const out = values.out ?? (values.json ? '-' : reportPath(store, id));
  if (out === '-') {
    process.stdout.write(text);
    return 0;
  }
  await writeFile(out, text).catch((error: Error) => {
    throw usageError(`cannot write ${out}: ${error.message}`);
  });
  process.stdout.write(`${out}\n`);
  return 0;
}
