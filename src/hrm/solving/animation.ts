import type { Solution } from './solve.ts';

/** Options of {@link renderSolving}. */
export interface AnimationOptions {
  /** Cells in one row of the grid. */
  readonly columns: number;
  /** Text of a token; the default shows Sudoku digits and leaves blanks empty. */
  readonly label?: (token: number) => string;
  /** Time that each step is shown, default 600. */
  readonly stepMs?: number;
}

/** A self-contained HTML page that shows how an answer came about: one frame for each step, changed cells marked. */
export function renderSolving(puzzle: ArrayLike<number>, { trace }: Solution, options: AnimationOptions): string {
  const { columns, stepMs = 600, label = (token) => (token > 1 ? String(token - 1) : '') } = options;
  const given = Array.from(puzzle, label);
  const frames = trace.map(({ step, tokens, confidence, changedCells }) => ({
    step,
    confidence,
    cells: Array.from(tokens, label),
    changed: changedCells,
  }));
  const data = JSON.stringify({ given, frames, stepMs }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>HRM: ${trace.length} steps</title>
<style>
  body { font: 16px system-ui; margin: 2rem; }
  #grid { display: grid; grid-template-columns: repeat(${columns}, 2.2rem); gap: 2px; }
  #grid div { height: 2.2rem; line-height: 2.2rem; text-align: center; background: #f2f2f2; }
  #grid .given { font-weight: bold; }
  #grid .changed { background: #ffd966; }
</style>
<p id="text"></p><div id="grid"></div>
<script>
  const { given, frames, stepMs } = ${data};
  const grid = document.getElementById('grid');
  const show = (index) => {
    const { step, confidence, cells, changed } = frames[index];
    document.getElementById('text').textContent = 'step ' + step + ', confidence ' + (100 * confidence).toFixed(0) + ' %';
    grid.replaceChildren(...cells.map((text, cell) => {
      const box = document.createElement('div');
      box.textContent = text;
      box.className = (given[cell] ? 'given ' : '') + (changed.includes(cell) ? 'changed' : '');
      return box;
    }));
    setTimeout(show, index + 1 < frames.length ? stepMs : 4 * stepMs, (index + 1) % frames.length);
  };
  show(0);
</script></html>
`;
}
