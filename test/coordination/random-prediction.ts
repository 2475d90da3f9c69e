import fc from 'fast-check';
import { agentKinds, type OrderEdge, type Prediction } from 'hrm-rex/coordination';

const unit = fc.float({ min: 0, max: 1, noNaN: true });
const outputs = fc.array(unit, { minLength: agentKinds.length, maxLength: agentKinds.length });

/** Any prediction that a model may make, also one with values that are no numbers. */
export const anyPrediction: fc.Arbitrary<Prediction> = fc
  .record({
    agents: fc.array(fc.float(), { minLength: 0, maxLength: agentKinds.length }),
    thresholds: outputs,
    effort: fc.array(fc.float(), { minLength: 0, maxLength: agentKinds.length }),
    difficulty: fc.array(unit, { minLength: 4, maxLength: 4 }),
    expectedLines: fc.float(),
    composite: unit,
    steps: fc.integer({ min: 1, max: 8 }),
    continueProbability: unit,
  })
  .map(({ agents, thresholds, effort, difficulty, ...rest }) => ({
    ...rest,
    agents: Float32Array.from(agents),
    thresholds: Float32Array.from(thresholds),
    effort: Float32Array.from(effort),
    difficulty: Float32Array.from(difficulty),
    groups: { code: 0.5, tool: 0.5, system: 0.5 },
  }));

/** Any answer of an order head, cycles and places that do not exist included. */
export const anyEdges: fc.Arbitrary<readonly OrderEdge[]> = fc.array(
  fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: -1, max: 12 })),
  { maxLength: 60 },
);

/** A prediction in which the named kinds are needed, with these probabilities. */
export function predictionOf(
  probabilities: Readonly<Record<string, number>>,
  more: Partial<Prediction> = {},
): Prediction {
  const agents = Float32Array.from(agentKinds, ({ name }) => probabilities[name] ?? 0.01);
  return {
    agents,
    thresholds: new Float32Array(agentKinds.length).fill(0.5),
    effort: agents.slice(),
    difficulty: Float32Array.of(0.5, 0.5, 0, 0),
    expectedLines: 30,
    composite: 0.1,
    groups: { code: 0.9, tool: 0.2, system: 0.1 },
    steps: 2,
    continueProbability: 0.2,
    ...more,
  };
}
