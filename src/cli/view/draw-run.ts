import type { NodeState } from '../../orchestration/index.ts';
import type { RunModel, ShownNode } from './run-model.ts';

/** How a view may draw. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** A line of the picture: nodes that belong together, under a name. */
export interface NodeGroup {
  readonly name: string;
  readonly nodes: readonly { readonly node: ShownNode; readonly label: string }[];
}

const looks: Readonly<Record<NodeState, readonly [mark: string, colour: number]>> = {
  pending: ['·', 90],
  ready: ['○', 90],
  running: ['●', 33],
  waiting: ['?', 35],
  suspended: ['○', 90],
  expanded: ['◐', 36],
  joining: ['●', 36],
  done: ['✔', 32],
  failed: ['✖', 31],
  skipped: ['–', 90],
  cancelled: ['–', 90],
};

/** Mark of a state, in its colour where there are colours. */
export function markOf(state: NodeState, colour: boolean): string {
  const [mark, code] = looks[state];
  return paint(mark, code, colour);
}

/** Text in a colour of the terminal. */
export function paint(text: string, code: number, colour: boolean): string {
  return colour ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** The run as lines of at most `columns` characters: progress, groups of nodes, and what happened last. */
export function drawRun(model: RunModel, groups: readonly NodeGroup[], canvas: Canvas, now: number): string[] {
  const head = progress(model, canvas, now);
  const lines = groups.flatMap((group) => drawGroup(group, canvas));
  const room = Math.max(3, canvas.rows - 2 - head.length - 2);
  const body = lines.length <= room ? lines : drawTallies(groups, canvas).slice(0, room);
  const left = Math.min(6, canvas.rows - 2 - head.length - body.length - 1);
  const last =
    left > 0
      ? model.lines.slice(-left).map(({ at, node, text, kind }) => {
          const since = `${(Math.max(0, at - (model.startedAt ?? at)) / 1_000).toFixed(1)} s`.padStart(7);
          const told = cut(`${node === '' ? '' : `${node} `}${text}`, canvas.columns - 9);
          const code = { plain: 0, problem: 31, question: 35 }[kind];
          return `${paint(since, 90, canvas.colour)}  ${code === 0 ? told : paint(told, code, canvas.colour)}`;
        })
      : [];
  const padding = Array.from({ length: Math.max(0, left - last.length) }, () => '');
  return [...head, ...body, '', ...last, ...padding];
}

function progress(model: RunModel, { columns, colour }: Canvas, now: number): string[] {
  const all = model.nodes.size;
  const over = model.count('done', 'failed', 'skipped', 'cancelled');
  const working = model.count('running', 'joining');
  const seconds = model.startedAt === undefined ? 0 : (now - model.startedAt) / 1_000;
  const facts = `${over}/${all} over, ${working} at work, ${model.count('waiting')} waiting, ${seconds.toFixed(1)} s`;
  const width = Math.max(8, Math.min(40, columns - facts.length - 3));
  const filled = all === 0 ? 0 : Math.round((over / all) * width);
  const bar = `${paint('━'.repeat(filled), 32, colour)}${paint('━'.repeat(width - filled), 90, colour)}`;
  return [`${bar}  ${cut(facts, columns - width - 2)}`, ''];
}

/** A group in as many lines as it takes. */
function drawGroup({ name, nodes }: NodeGroup, { columns, colour }: Canvas): string[] {
  const indent = 12;
  const lines: string[] = [];
  let line = '';
  let length = 0;
  for (const { node, label } of nodes) {
    const text = cut(label, 24);
    if (length > 0 && indent + length + text.length + 4 > columns) {
      lines.push(line);
      line = '';
      length = 0;
    }
    const [, code] = looks[node.state];
    const isQuiet =
      node.state === 'pending' || node.state === 'skipped' || node.state === 'cancelled' || node.state === 'ready';
    line += `${markOf(node.state, colour)} ${isQuiet ? paint(text, 90, colour) : node.state === 'failed' ? paint(text, code, colour) : text}  `;
    length += text.length + 4;
  }
  lines.push(line);
  return lines.map(
    (each, index) => `${paint(cut(index === 0 ? name : '', indent - 2).padEnd(indent), 1, colour)}${each.trimEnd()}`,
  );
}

/** A group as numbers, for graphs that are larger than the screen. */
function drawTallies(groups: readonly NodeGroup[], { columns, colour }: Canvas): string[] {
  return groups.map(({ name, nodes }) => {
    const counts = new Map<NodeState, number>();
    for (const { node } of nodes) counts.set(node.state, (counts.get(node.state) ?? 0) + 1);
    const told = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
    const worst = (['failed', 'waiting', 'running', 'expanded', 'pending', 'done'] as const).find((state) =>
      counts.has(state),
    );
    return `${markOf(worst ?? 'done', colour)} ${cut(`${cut(name, 24).padEnd(12)} ${told}`, columns - 2)}`;
  });
}

/** A line in as many as it takes, broken between words; those after the first begin with two spaces more. */
export function wrap(line: string, columns: number): string[] {
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const at = rest.lastIndexOf(' ', columns);
    if (at <= indent.length) break;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...lines, rest];
}

/** Text of at most `length` characters, without control characters. */
export function cut(text: string, length: number): string {
  const plain = text.replace(/\p{Cc}+/gu, ' ');
  return plain.length <= length ? plain : `${plain.slice(0, Math.max(0, length - 1))}…`;
}
