import type { Json, NodeState, RunEvent, StoredNode } from '../../orchestration/index.ts';

/** A node as the terminal shows it. */
export interface ShownNode {
  readonly path: string;
  readonly id: string;
  readonly goal: string;
  readonly parent: string | undefined;
  readonly when: string | undefined;
  agent: string;
  state: NodeState;
  since: number;
  reason: string;
}

/** Notes of single steps, turns and calls: for the log of a node. */
const details: ReadonlySet<string> = new Set(['step', 'model.turn', 'tool.call', 'tool.progress']);

/** Something that happened, in words. */
export interface ShownLine {
  readonly at: number;
  readonly node: string;
  readonly text: string;
  readonly kind: 'plain' | 'problem' | 'question';
}

/** What the events of a run come to, for a view. */
export class RunModel {
  readonly nodes: Map<string, ShownNode> = new Map();
  /** The last things that a reader wants to know, newest last. */
  readonly lines: ShownLine[] = [];
  startedAt: number | undefined;
  lastAt = 0;

  /** Takes an event; returns the line that it is worth, if any. */
  observe(event: RunEvent): ShownLine | undefined {
    this.startedAt ??= event.at;
    this.lastAt = event.at;
    if (event.type === 'run.started') this.#add(event.data.nodes, undefined);
    if (event.type === 'run.recovered') this.#recover(event.at);
    const node = event.node === undefined ? undefined : this.nodes.get(event.node);
    const line = node ? this.#observeNode(node, event) : describeRun(event);
    if (line) this.lines.push(line);
    return line;
  }

  count(...states: readonly NodeState[]): number {
    return [...this.nodes.values()].filter(({ state }) => states.includes(state)).length;
  }

  #observeNode(node: ShownNode, event: RunEvent): ShownLine | undefined {
    const say = (text: string, kind: ShownLine['kind'] = 'plain'): ShownLine => ({
      at: event.at,
      node: node.path,
      text,
      kind,
    });
    const move = (state: NodeState, reason = ''): void => {
      Object.assign(node, { state, reason, since: event.at, agent: event.agent ?? node.agent });
    };
    switch (event.type) {
      case 'node.started':
        move(event.data.phase === 'join' ? 'joining' : 'running');
        return undefined;
      case 'node.done':
        move('done');
        return undefined;
      case 'node.expanded':
        this.#add(event.data.nodes, node.path);
        move('expanded');
        return say(`plans ${event.data.nodes.map(({ id }) => id).join(', ')}`);
      case 'node.waiting':
        move('waiting');
        return say(
          `waits for ${event.data.escalated ? 'a decision' : event.data.for} (${event.data.ticket})`,
          'question',
        );
      case 'node.answered':
        move('ready');
        return say(event.data.by === 'timeout' ? 'nobody answered in time' : describeAnswer(event.data.answer));
      case 'node.failed':
        move('failed', event.data.error.message);
        return say(`failed: ${firstLine(event.data.error.message)}`, 'problem');
      case 'node.skipped':
        move(
          'skipped',
          event.data.because === 'condition' ? `not true: ${node.when ?? 'its condition'}` : 'nothing to go on with',
        );
        return event.data.because === 'condition' ? say(`is skipped, ${node.reason}`) : undefined;
      case 'node.cancelled':
        move('cancelled', event.data.reason);
        return undefined;
      case 'node.suspended':
      case 'node.handed-off':
      case 'node.retried':
      case 'node.replanned':
        move('ready');
        return undefined;
      case 'node.note': {
        const { name, data } = event.data;
        if (name === 'retry') return say('tries again', 'problem');
        if (details.has(name)) return undefined;
        return say(`${name}: ${firstLine(typeof data === 'string' ? data : JSON.stringify(data))}`);
      }
      default:
        return undefined;
    }
  }

  #add(nodes: readonly StoredNode[], parent: string | undefined): void {
    for (const { path, id, task, use, when } of nodes) {
      const agent = (typeof use === 'string' ? use : use?.name) ?? id;
      const facts = { path, id, goal: task.goal, parent, when: typeof when === 'string' ? when : undefined, agent };
      this.nodes.set(path, { ...facts, state: 'pending', since: 0, reason: '' });
    }
  }

  #recover(at: number): void {
    for (const node of this.nodes.values()) {
      if (node.state === 'running' || node.state === 'joining') Object.assign(node, { state: 'ready', since: at });
    }
  }
}

function describeRun({ type, at }: RunEvent): ShownLine | undefined {
  if (type === 'run.recovered')
    return { at, node: '', text: 'another process goes on from the journal', kind: 'plain' };
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** An answer in words: a yes or no of somebody, or what was said. */
function describeAnswer(answer: Json): string {
  if (typeof answer !== 'object' || answer === null || !('approved' in answer))
    return `was answered: ${JSON.stringify(answer)}`;
  const { approved, by } = answer;
  return `was ${approved === true ? 'approved' : 'denied'}${typeof by === 'string' ? ` by ${by}` : ''}`;
}
