import type { ExampleSet } from '../../../src/coordination/data/examples.ts';
import type { CoordinationConfigInput } from '../../../src/coordination/model/coordination-config.ts';
import { planOutputs } from '../../../src/coordination/model/plan-outputs.ts';
import { Random } from '../../../src/hrm/random.ts';

/** A model small enough for every backend. */
export const tinyConfig: CoordinationConfigInput = {
  evidenceSize: 3,
  core: { sequenceLength: 6, vocabularySize: 24, hiddenSize: 16, headCount: 2, maxSteps: 2 },
};

/** Tasks whose first word decides which agents they need; some labels are unknown. */
export function tinyExamples(count: number, seed: number): ExampleSet {
  const random = new Random(seed);
  const { count: outputs } = planOutputs;
  const set = {
    count,
    tokens: new Int32Array(count * 6),
    evidence: Float32Array.from({ length: count * 18 * 3 }, () => random.next()),
    prior: Float32Array.from({ length: count * outputs }, () => random.next() - 0.5),
    targets: new Float32Array(count * outputs),
    sources: Array.from({ length: count }, (_, row) => `source-${row % 5}`),
  };
  for (let row = 0; row < count; row++) {
    const word = random.integer(1, 8);
    set.tokens.set([word, random.integer(9, 23), random.integer(9, 23)], row * 6);
    const target = (output: number): number => {
      if (output < planOutputs.composite)
        return (output + row) % 7 === 0 ? Number.NaN : Number(output % 8 === word % 8);
      if (output === planOutputs.composite) return word % 2;
      if (output === planOutputs.lines) return word;
      if (output < planOutputs.difficulty) return Number(output - planOutputs.effort === word);
      if (output < planOutputs.groups) return Number(output - planOutputs.difficulty === word % 4);
      return Number(word > 4);
    };
    set.targets.set(
      Array.from({ length: outputs }, (_, output) => target(output)),
      row * outputs,
    );
  }
  return set;
}
