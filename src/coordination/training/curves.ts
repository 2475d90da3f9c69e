import type { CoordinationTrainEvent } from './train-events.ts';

const WIDTH = 720;
const HEIGHT = 220;

/** A self-contained HTML page with the curves of a run. */
export function renderCoordinationCurves(events: readonly CoordinationTrainEvent[]): string {
  const steps = events.filter((event) => event.type === 'step');
  const evaluations = events.filter((event) => event.type === 'evaluation');
  const charts: readonly (readonly [string, readonly Point[]])[] = [
    ['Loss of a batch, per row', steps.map(({ step, loss }) => [step, loss])],
    ['Loss of the Q values', steps.map(({ step, haltingLoss }) => [step, haltingLoss])],
    [
      'Loss of the executor',
      steps.flatMap(({ step, recoveryLoss }) => (recoveryLoss === undefined ? [] : [[step, recoveryLoss] as const])),
    ],
    ['Loss on held-out sources', evaluations.map(({ step, loss }) => [step, loss])],
    ['Micro F1 of all agents on the validation split', evaluations.map(({ step, scores }) => [step, scores.all.micro])],
    ['Macro F1 of all agents on the validation split', evaluations.map(({ step, scores }) => [step, scores.all.macro])],
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Training of coordination heads</title>
<style>body { font: 16px system-ui; margin: 2rem } svg { background: #f7f7f7 } polyline { fill: none; stroke: #1f6feb; stroke-width: 1.5 }</style>
<h1>Training of coordination heads</h1>
${charts.map(([title, points]) => `<h2>${title}</h2>${curve(points)}`).join('\n')}
</html>
`;
}

type Point = readonly [step: number, value: number];

function curve(points: readonly Point[]): string {
  if (points.length === 0) return '<p>nothing recorded</p>';
  const lastStep = Math.max(...points.map(([step]) => step));
  const top = Math.max(...points.map(([, value]) => value), 1e-9);
  const line = points.map(
    ([step, value]) => `${((WIDTH * step) / lastStep).toFixed(1)},${(HEIGHT * (1 - value / top)).toFixed(1)}`,
  );
  const [, last] = points.at(-1) as Point;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"><polyline points="${line.join(' ')}"/></svg>
<p>step 0 … ${lastStep}; top of the scale ${top.toPrecision(3)}; last value ${last.toPrecision(3)}</p>`;
}
