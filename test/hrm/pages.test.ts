import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evaluation, renderCurves, renderSolving, type TrainEvent } from 'hrm-rex/hrm';

test('the animation holds every step and loads nothing', () => {
  const step = (number: number, token: number) => ({
    ...{ step: number, tokens: Int32Array.from([token, 2]), confidence: 0.5, changedCells: [0] },
  });
  const trace = [step(1, 3), step(2, 4)];
  const page = renderSolving([1, 2], { ...step(2, 4), trace }, { columns: 2, label: (token) => `<${token}>` });
  assert.equal(page.match(/"step":/g)?.length, 2);
  assert.ok(!page.includes('<3>') && !/https?:|src=/.test(page));
});

test('the curves show losses and scores; a title cannot break the page', () => {
  const loss = (step: number): TrainEvent => ({ type: 'step', step, loss: 1 / step }) as TrainEvent;
  const score: TrainEvent = {
    type: 'evaluation',
    step: 2,
    evaluation: { exactAccuracy: 0.25 } as Evaluation,
    isBest: true,
  };
  const page = renderCurves([loss(1), loss(2), score], '<b>');
  assert.match(page, /points="360\.0,0\.0 720\.0,130\.0"/);
  assert.match(page, /last value 0\.250/);
  assert.ok(!page.includes('<b>'));
  assert.match(renderCurves([]), /nothing recorded/);
});
