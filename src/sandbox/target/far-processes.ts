import type { ProcessSystem, ProcessTree, ProcessView } from '../process/end-tree.ts';
import type { ProcessEntry, ProcessTable } from '../process/process-table.ts';
import type { Attendant } from './attendant.ts';

const separator = '\n=\n';
const lookText = `__table; printf '\\n=\\n'; __marks`;

/** The processes of a target, seen and signalled through its attendant. Looks that are wanted at once share one. */
export class FarProcesses implements ProcessSystem {
  readonly #attendant: Attendant;
  #looking: Promise<unknown> = Promise.resolve();
  #next: Promise<ProcessView> | undefined;

  constructor(attendant: Attendant) {
    this.#attendant = attendant;
  }

  look(_tree?: ProcessTree): Promise<ProcessView> {
    this.#next ??= this.#look(this.#looking);
    return this.#next;
  }

  async deliver(pids: readonly number[], signal: NodeJS.Signals): Promise<void> {
    if (pids.length === 0) return;
    await this.#attendant.request(`kill -s ${signal.slice(3)} ${pids.join(' ')}`);
  }

  async #look(before: Promise<unknown>): Promise<ProcessView> {
    await before;
    // From here on a look would miss what the next caller did before it asked.
    this.#next = undefined;
    const looking = this.#attendant.request(lookText);
    this.#looking = looking.catch(() => {});
    return parseView((await looking).output.toString('latin1'));
  }
}

/** Reads what the attendant's two words print. */
export function parseView(text: string): ProcessView {
  const at = text.lastIndexOf(separator);
  const marks = new Map<number, string>();
  for (const entry of text.slice(at + separator.length).split('\0')) {
    const [, pid, mark] = /^\/proc\/(\d+)\/environ:\w+=(.*)$/s.exec(entry) ?? [];
    if (pid !== undefined && mark !== undefined) marks.set(Number(pid), mark);
  }
  const table = parseTable(text.slice(0, at));
  return { table, isMarked: ({ pid }, mark) => marks.get(pid)?.startsWith(mark) ?? false };
}

/** A line of /proc/PID/stat. A program's name can hold anything, but hardly a whole line. */
const stat = /^(\d+) \([\s\S]{0,64}?\) (\w) (-?\d+(?: -?\d+){18,})$/gm;

function parseTable(text: string): ProcessTable {
  const table = new Map<number, ProcessEntry>();
  for (const [, pid, state, rest] of text.matchAll(stat)) {
    const fields = (rest as string).split(' ').map(Number) as [number, number, number, ...number[]];
    const [parent, group, session] = fields;
    const zombie = state === 'Z' || state === 'X';
    table.set(Number(pid), { pid: Number(pid), parent, group, session, startedAt: fields[18] as number, zombie });
  }
  if (table.size === 0) for (const line of text.split('\n')) addListed(table, line);
  return table;
}

/** A line of `ps`, where there is no /proc: a process group stands for the process session. */
function addListed(table: Map<number, ProcessEntry>, line: string): void {
  const [pid, parent, group, state] = line.trim().split(/\s+/);
  if (state === undefined || !/^\d+$/.test(pid as string)) return;
  table.set(Number(pid), {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(group),
    startedAt: 0,
    zombie: state.startsWith('Z'),
  });
}
