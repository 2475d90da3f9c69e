import { createConfig, type HrmConfig, type HrmConfigInput } from '../../hrm/config.ts';
import { fullEvidenceSize } from '../linear/linear-path.ts';
import { agentKinds } from '../task/agent-kinds.ts';

/** Shape of a coordination model: the recurrent core and the module that reads plans from its state. */
export interface CoordinationConfig {
  /** The HRM; its `maxSteps` is the most planning steps. */
  readonly core: HrmConfig;
  /** A, kinds of agents. */
  readonly agentCount: number;
  /** E, values that each agent's token reads: see `fullEvidence`. */
  readonly evidenceSize: number;
  /** Attention blocks of the coordination module. */
  readonly coordinationBlocks: number;
  /** Width of their feed-forward layer as a multiple of D, before rounding to 256. */
  readonly coordinationExpansion: number;
  /** Where agents are decided: at one token for each kind, or all at the decision token (no agent tokens). */
  readonly readout: 'agents' | 'decision';
}

/** Parts of a configuration that differ from the default. */
export type CoordinationConfigInput = Partial<Omit<CoordinationConfig, 'core'>> & {
  readonly core?: Partial<HrmConfigInput>;
};

/** Fills in the defaults, those of the shipped weights. @throws INVALID_ARGUMENT */
export function createCoordinationConfig(input: CoordinationConfigInput = {}): CoordinationConfig {
  return {
    agentCount: agentKinds.length,
    evidenceSize: fullEvidenceSize,
    coordinationBlocks: 1,
    coordinationExpansion: 2,
    readout: 'agents',
    ...input,
    core: createConfig({
      sequenceLength: 96,
      vocabularySize: 8_192,
      hiddenSize: 128,
      headCount: 4,
      expansion: 2,
      highLayers: 1,
      lowLayers: 1,
      maxSteps: 3,
      puzzleEmbeddingSize: 0,
      ...input.core,
    }),
  };
}

/** The full configuration: a core of the original's size, about 27 million parameters in its blocks. */
export const fullConfiguration: CoordinationConfigInput = {
  core: {
    vocabularySize: 4_096,
    hiddenSize: 512,
    headCount: 8,
    expansion: 4,
    highLayers: 4,
    lowLayers: 4,
    maxSteps: 8,
  },
};
