import type { Batch, HrmConfigInput } from 'hrm-rex/hrm';

/** A model that thinks in a millisecond. */
export const tinyConfig: HrmConfigInput = {
  sequenceLength: 4,
  vocabularySize: 5,
  hiddenSize: 8,
  headCount: 2,
  highLayers: 1,
  lowLayers: 1,
  puzzleIdentifierCount: 3,
  puzzleEmbeddingSize: 8,
  maxSteps: 3,
};

/** Three rows; the first position of each is not scored. */
export function tinyBatch(): Batch {
  return {
    size: 3,
    inputs: Int32Array.from([1, 2, 3, 4, 0, 1, 2, 3, 4, 4, 1, 1]),
    labels: Int32Array.from([-100, 2, 3, 4, -100, 1, 2, 3, -100, 4, 1, 1]),
    puzzleIdentifiers: Int32Array.from([0, 1, 1]),
  };
}
