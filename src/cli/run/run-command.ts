import { parseArgs } from 'node:util';
import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { fail, usageError } from '../failure.ts';
import { loadAgents } from './agents-of-file.ts';
import { perform } from './perform.ts';
import { Places } from './places.ts';
import { type LoadedGraph, readGraphFile } from './read-graph-file.ts';
import { RunStore } from './run-store.ts';

const help = `Usage: hrm-rex run FILE [OPTIONS]

Runs a graph of commands, agents and tools from a YAML or JSON file (docs/run.md), and keeps what happens in a journal.
Ctrl-C leaves the run as it stands; hrm-rex resume goes on with it, also after a crash.

Options:
  --state DIR    Directory of runs (default .hrm-rex)
  --id NAME      Name of the run (default: the file's name and a random ending)
  --yes          Say yes to every approval
  --check        Check the file and run nothing
  --json         Print events and the result as lines of JSON
  -h, --help     Print this help

Exit codes: 0 done, 1 failed, 2 a mistake on the command line or in the file, 3 waits for an answer, 130 interrupted
`;

const flags = {
  state: { type: 'string' },
  id: { type: 'string' },
  yes: { type: 'boolean' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex run`: runs a graph file. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw usageError('run takes one file; see hrm-rex run --help');
  const loaded = await load(file);
  if (!loaded) return 2;
  if (values.check) {
    process.stdout.write(`${file}: ${loaded.graph.nodes.length} nodes, all well\n`);
    return 0;
  }
  const store = new RunStore(values.state);
  const title =
    loaded.graph.name ??
    file
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.\w+$/, '') ??
    'run';
  const id =
    values.id ??
    `${
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'run'
    }-${randomId(8)}`;
  if (!/^[\w.-]{1,120}$/.test(id) || id.startsWith('.'))
    throw usageError(`--id takes letters, digits, "-", "_" and ".", not ${JSON.stringify(id)}`);
  if ((await store.ids()).includes(id))
    throw usageError(`there is a run ${id} already: choose another --id, or resume it`);
  await store.add({ id, kind: 'file', file, title, createdAt: Date.now(), graph: loaded.graph });
  if (!values.json) process.stdout.write(`${id}\n\n`);
  const answers = { approve: [], deny: [], approveAll: values.yes ?? false };
  return await perform(store, id, loaded, { isResumed: false, answers, json: values.json ?? false });
}

/** A file that can be run; undefined, once its fault is told, for one that cannot. */
async function load(file: string): Promise<LoadedGraph | undefined> {
  try {
    const loaded = await readGraphFile(file);
    await using places = new Places(loaded.graph);
    await loadAgents(loaded, places);
    return loaded;
  } catch (error) {
    if (!RexError.is(error)) throw error;
    fail(error);
    return undefined;
  }
}
