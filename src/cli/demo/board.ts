import type { WriteStream } from 'node:tty';

/** State of one shell on the board. */
export interface Cell {
  readonly title: string;
  state: 'waiting' | 'working' | 'done' | 'failed';
  progress: string;
}

const columns = 3;
const colour = { waiting: 90, working: 33, done: 32, failed: 31 } as const;
const mark = { waiting: '·', working: '●', done: '✔', failed: '✖' } as const;

/** A table of shells that redraws itself on a terminal; elsewhere it prints each end once. */
export class Board implements Disposable {
  readonly cells: readonly Cell[];
  readonly #out: WriteStream;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  constructor(titles: readonly string[], out: WriteStream) {
    this.cells = titles.map((title) => ({ title, state: 'waiting', progress: '' }));
    this.#out = out;
    if (!out.isTTY) return;
    out.write('\x1b[?25l');
    this.#timer = setInterval(() => this.#draw(), 60);
  }

  /** Shows a change. */
  update(index: number, state: Cell['state'], progress: string): void {
    const cell = this.cells[index] as Cell;
    const ended = cell.state !== state && (state === 'done' || state === 'failed');
    cell.state = state;
    cell.progress = progress;
    if (!this.#out.isTTY && ended) this.#out.write(`${mark[state]} ${label(cell, index)} ${progress}\n`);
  }

  /** Puts back what was under way. */
  interrupt(): void {
    const working = this.cells.filter(({ state }) => state === 'working');
    for (const cell of working) Object.assign(cell, { state: 'waiting', progress: 'cut off' });
    if (!this.#out.isTTY) this.#out.write(`killed: ${working.length} shells are cut off\n`);
  }

  [Symbol.dispose](): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#draw();
    this.#out.write('\x1b[?25h');
  }

  #draw(): void {
    const rows = Math.ceil(this.cells.length / columns);
    const width = Math.max(18, Math.floor(Math.min(this.#out.columns, 108) / columns) - 2);
    const lines = Array.from({ length: rows }, (_, row) =>
      this.cells
        .map((cell, index) => ({ cell, index }))
        .filter(({ index }) => index % rows === row)
        .map(({ cell, index }) => draw(cell, index, width))
        .join('  '),
    );
    const done = this.cells.filter(({ state }) => state === 'done').length;
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    lines.push(`\x1b[1m${done} of ${this.cells.length} shells done, ${seconds} s\x1b[0m`);
    this.#out.write(`${this.#drawn ? `\x1b[${lines.length}A` : ''}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
    this.#drawn = true;
  }
}

function draw(cell: Cell, index: number, width: number): string {
  const room = width - 2 - cell.progress.length;
  const text = `${label(cell, index)
    .slice(0, room - 1)
    .padEnd(room)}${cell.progress}`;
  return `\x1b[${colour[cell.state]}m${mark[cell.state]}\x1b[0m ${text}`;
}

function label(cell: Cell, index: number): string {
  return `${String(index + 1).padStart(2, '0')} ${cell.title}`;
}
