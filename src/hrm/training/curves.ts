import type { TrainEvent } from './train-events.ts';

const WIDTH = 720;
const HEIGHT = 260;

/** A self-contained HTML page with the curves of a run: loss of each reported step, exact accuracy of each evaluation. */
export function renderCurves(events: readonly TrainEvent[], title = 'Training'): string {
  const losses = events.flatMap((event) => (event.type === 'step' ? [[event.step, event.loss] as const] : []));
  const scores = events.flatMap((event) =>
    event.type === 'evaluation' ? [[event.step, event.evaluation.exactAccuracy] as const] : [],
  );
  const name = title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${name}</title>
<style>body { font: 16px system-ui; margin: 2rem } svg { background: #f7f7f7 } polyline { fill: none; stroke: #1f6feb; stroke-width: 1.5 }</style>
<h1>${name}</h1>
<h2>Loss of a batch, per row</h2>${curve(losses)}
<h2>Exact accuracy on unseen puzzles</h2>${curve(scores)}
</html>
`;
}

function curve(points: readonly (readonly [step: number, value: number])[]): string {
  if (points.length === 0) return '<p>nothing recorded</p>';
  const lastStep = Math.max(...points.map(([step]) => step));
  const top = Math.max(...points.map(([, value]) => value), 1e-9);
  const line = points.map(
    ([step, value]) => `${((WIDTH * step) / lastStep).toFixed(1)},${(HEIGHT * (1 - value / top)).toFixed(1)}`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"><polyline points="${line.join(' ')}"/></svg>
<p>step 0 … ${lastStep}; top of the scale ${top.toPrecision(3)}; last value ${(points.at(-1) as readonly [number, number])[1].toPrecision(3)}</p>`;
}
