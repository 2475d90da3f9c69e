import { parseArgs } from 'node:util';
import { usageError } from '../failure.ts';
import { perform } from './perform.ts';
import { RunStore } from './run-store.ts';

const help = `Usage: hrm-rex resume ID [OPTIONS]

Goes on with a run where it stands: after Ctrl-C, after a crash, or with answers to what it waits for. What was done is
not done again. The beginning of an ID is enough.

Options:
  --approve TICKET   Say yes (a ticket, a node, or all; may be repeated); a failure that was escalated is tried again
  --deny TICKET      Say no
  --yes              Say yes to everything that is asked from now on
  --state DIR        Directory of runs (default .hrm-rex)
  --json             Print events and the result as lines of JSON
  -h, --help         Print this help
`;

const flags = {
  approve: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  state: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `hrm-rex resume`: goes on with a run from its journal. */
export async function resumeCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw usageError('resume takes the id of one run; see hrm-rex runs');
  const store = new RunStore(values.state);
  const { id, graph, file = id } = await store.find(name);
  if (!graph) throw usageError(`${id} is a demonstration, which resumes itself; see hrm-rex report ${id}`);
  const { approve = [], deny = [], json = false, yes = false } = values;
  const loaded = { file, graph, placeOf: (node: string) => `${file}, node ${node}` };
  return await perform(store, id, loaded, { isResumed: true, answers: { approve, deny, approveAll: yes }, json });
}
