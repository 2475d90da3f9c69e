// How do I train a model, and continue the run later?
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSudoku, createModel, describeTrainEvent, openModel, saveModel, train, useBackend } from 'hrm-rex/hrm';

await useBackend('auto');
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-train-'));
try {
  const { train: puzzles, test: unseen } = buildSudoku({
    size: 4,
    trainCount: 200,
    testCount: 32,
    clues: [12, 14],
    seed: 1,
  });
  using model = createModel(
    {
      ...{ sequenceLength: 16, vocabularySize: 6, hiddenSize: 32, headCount: 2, highLayers: 1, lowLayers: 1 },
      maxSteps: 4,
    },
    { seed: 1 },
  );
  const options = {
    ...{ totalSteps: 160, batchSize: 16, learningRate: 3e-3, warmupSteps: 10, seed: 1 },
    ...{
      testSet: unseen,
      evaluateEvery: 80,
      reportEvery: 40,
      checkpointFolder: join(folder, 'run'),
      checkpointEvery: 40,
    },
  };

  // The first run is left after a while; its last checkpoint stays.
  for await (const event of train(model, puzzles, options)) {
    console.log(describeTrainEvent(event, options.totalSteps) ?? event.type);
    if (event.type === 'evaluation') break;
  }
  // The second one goes on from there, bit for bit, to the end.
  let cells = 0;
  for await (const event of train(model, puzzles, options)) {
    console.log(describeTrainEvent(event, options.totalSteps) ?? event.type);
    if (event.type === 'started') assert.ok(event.step > 0);
    if (event.type === 'evaluation') cells = event.evaluation.accuracy;
  }
  assert.ok(cells > 0.8, `only ${cells} of the cells are right`);

  await saveModel(model, join(folder, 'model'), { metrics: { cells } });
  const saved = await openModel(join(folder, 'model'));
  assert.equal(saved.manifest.metrics?.cells, cells);
  saved.model.dispose();
} finally {
  await rm(folder, { recursive: true });
}
