import type { WriteStream } from 'node:tty';
import type { RunEvent } from '../../orchestration/index.ts';
import { cut, drawRun, markOf, type NodeGroup, paint } from './draw-run.ts';
import { RunModel, type ShownNode } from './run-model.ts';

/** How a {@link LiveView} shows a run. */
export interface LiveViewOptions {
  /** How nodes are put together. */
  readonly group: (nodes: readonly ShownNode[]) => NodeGroup[];
  /** Where it is shown; on anything but a terminal each end is one line. Default: standard output. */
  readonly out?: WriteStream | undefined;
  /** Shows nothing. */
  readonly quiet?: boolean | undefined;
}

const FRAME_MS = 80;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_SCREEN = '\x1b[2J\x1b[H';

/** Shows a run while it goes on: a picture that redraws itself on a terminal, one line for each end elsewhere. */
export class LiveView implements Disposable {
  readonly model: RunModel = new RunModel();
  readonly #options: LiveViewOptions;
  readonly #out: WriteStream;
  readonly #isLive: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  #drawn = 0;
  #ended = false;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#out = options.out ?? process.stdout;
    this.#isLive = Boolean(this.#out.isTTY) && !options.quiet && process.env.TERM !== 'dumb' && !process.env.CI;
    if (!this.#isLive) return;
    this.#out.write(HIDE_CURSOR);
    process.on('exit', this.#showCursor);
    this.#out.on('resize', this.#clear);
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  get #colour(): boolean {
    return Boolean(this.#out.isTTY) && !process.env.NO_COLOR;
  }

  /** Takes an event of the run. */
  observe(event: RunEvent): void {
    const line = this.model.observe(event);
    if (this.#isLive || this.#options.quiet) return;
    const node = event.node === undefined ? undefined : this.model.nodes.get(event.node);
    if (line) this.#out.write(`${line.node === '' ? '' : `${cut(line.node, 60)} `}${cut(line.text, 300)}\n`);
    else if (node && event.type === 'node.done')
      this.#out.write(`${markOf(node.state, this.#colour)} ${cut(node.path, 60)}\n`);
  }

  /** Adds a line of one's own. */
  say(text: string): void {
    if (this.#options.quiet) return;
    if (this.#isLive) this.model.lines.push({ at: Date.now(), node: '', text, kind: 'question' });
    else this.#out.write(`${text}\n`);
  }

  /** Takes in that a line was typed, which moved the cursor one line below the picture. */
  takeTyped(): void {
    if (this.#isLive && !this.#ended) this.#drawn += 1;
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    if (!this.#isLive) return;
    this.#draw();
    process.off('exit', this.#showCursor);
    this.#out.off('resize', this.#clear);
    this.#showCursor();
  }

  readonly #showCursor = (): void => void this.#out.write(SHOW_CURSOR);

  /** Lines of the picture before may be wrapped by now, so that nobody knows how many there are. */
  readonly #clear = (): void => {
    this.#out.write(CLEAR_SCREEN);
    this.#drawn = 0;
    this.#draw();
  };

  #draw(): void {
    const { columns = 80, rows = 24 } = this.#out;
    const canvas = { columns, rows, colour: this.#colour };
    const now = this.#ended ? this.model.lastAt : Date.now();
    const picture = drawRun(this.model, this.#options.group([...this.model.nodes.values()]), canvas, now);
    const lines = this.#ended ? picture.slice(0, picture.findLastIndex((line) => line !== '') + 1) : picture;
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    // A picture that became shorter leaves no lines of the one before.
    this.#out.write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J`);
    this.#drawn = lines.length;
  }
}

/** A heading, for what is printed around a view. */
export function heading(text: string, out: WriteStream = process.stdout): string {
  return paint(text, 1, Boolean(out.isTTY) && !process.env.NO_COLOR);
}
