import { invalidArgument } from '../core/errors.ts';

/** Everything that decides the shape and the arithmetic of a model. */
export interface HrmConfig {
  /** Tokens of one puzzle, S. */
  readonly sequenceLength: number;
  /** Token values, V. */
  readonly vocabularySize: number;
  /** Rows of the puzzle table. */
  readonly puzzleIdentifierCount: number;
  /** Width of one row of the puzzle table; 0 switches the puzzle embedding off. */
  readonly puzzleEmbeddingSize: number;
  /** Width of a token, D. */
  readonly hiddenSize: number;
  /** Attention heads, h; D / h is even. */
  readonly headCount: number;
  /** Width of the feed-forward layer as a multiple of D, before rounding. */
  readonly expansion: number;
  /** Blocks of the slow (H) module. */
  readonly highLayers: number;
  /** Blocks of the fast (L) module. */
  readonly lowLayers: number;
  /** Updates of the slow state in one step. */
  readonly highCycles: number;
  /** Updates of the fast state per update of the slow one. */
  readonly lowCycles: number;
  /** `rope` rotates queries and keys; `learned` adds a trained table. */
  readonly positions: 'rope' | 'learned';
  readonly ropeTheta: number;
  /** Added to the mean square inside the root of the RMS norm. */
  readonly normEpsilon: number;
  /** Most steps that a puzzle may take, M_max. */
  readonly maxSteps: number;
  /** Share of rows whose halting is delayed at random during training. */
  readonly explorationProbability: number;
  /** Cross entropy of the answer. */
  readonly loss: 'stablemax' | 'softmax';
  /** Fast updates of the last cycle that take part in the gradient, 1 (the original) … `lowCycles`. */
  readonly gradientDepth: number;
  /** `halt-continue` is the original's pair of Q values; `halt-only` (TRM) halts when q_halt > 0 and has no second pass. */
  readonly qHead: 'halt-continue' | 'halt-only';
  /** One module plays both roles (TRM): the weights of `L_level` are those of `H_level`. */
  readonly sharedModule: boolean;
}

/** What has no default: the size of the task and of the model. */
export type HrmConfigInput = Pick<HrmConfig, 'sequenceLength' | 'vocabularySize' | 'hiddenSize' | 'headCount'> &
  Partial<HrmConfig>;

/** Fills in the defaults of the original `hrm_v1` and checks every value. Throws `INVALID_ARGUMENT`. */
export function createConfig(input: HrmConfigInput): HrmConfig {
  const config: HrmConfig = {
    puzzleIdentifierCount: 1,
    puzzleEmbeddingSize: input.hiddenSize,
    expansion: 4,
    highLayers: 4,
    lowLayers: 4,
    highCycles: 2,
    lowCycles: 2,
    positions: 'rope',
    ropeTheta: 10000,
    normEpsilon: 1e-5,
    maxSteps: 16,
    explorationProbability: 0.1,
    loss: 'stablemax',
    gradientDepth: 1,
    qHead: 'halt-continue',
    sharedModule: false,
    ...input,
  };
  checkConfig(config);
  return config;
}

/** Tokens in front of the puzzle that carry its embedding, P = ceil(puzzleEmbeddingSize / D). */
export function prefixLength(config: HrmConfig): number {
  return Math.ceil(config.puzzleEmbeddingSize / config.hiddenSize);
}

/** Tokens that the blocks see, T = P + S. */
export function totalLength(config: HrmConfig): number {
  return prefixLength(config) + config.sequenceLength;
}

/** Width of the feed-forward layer: two thirds of `expansion`·D, rounded up to a multiple of 256. */
export function feedForwardSize(hiddenSize: number, expansion: number): number {
  return Math.ceil(roundHalfToEven((expansion * hiddenSize * 2) / 3) / 256) * 256;
}

const POSITIVE = [
  ...(['sequenceLength', 'vocabularySize', 'puzzleIdentifierCount', 'hiddenSize', 'headCount', 'highLayers'] as const),
  ...(['lowLayers', 'highCycles', 'lowCycles', 'maxSteps', 'gradientDepth'] as const),
];

function checkConfig(config: HrmConfig): void {
  for (const field of POSITIVE) {
    if (!Number.isInteger(config[field]) || config[field] < 1) {
      throw invalidArgument(`config.${field}`, 'a positive integer', config[field]);
    }
  }
  const { puzzleEmbeddingSize, hiddenSize, headCount, explorationProbability } = config;
  if (!Number.isInteger(puzzleEmbeddingSize) || puzzleEmbeddingSize < 0) {
    throw invalidArgument('config.puzzleEmbeddingSize', 'an integer of at least 0', puzzleEmbeddingSize);
  }
  if (hiddenSize % headCount !== 0) {
    throw invalidArgument('config.headCount', `a divisor of hiddenSize (${hiddenSize})`, headCount);
  }
  oneOf(config, 'positions', ['rope', 'learned']);
  oneOf(config, 'loss', ['stablemax', 'softmax']);
  oneOf(config, 'qHead', ['halt-continue', 'halt-only']);
  if (config.positions === 'rope' && (hiddenSize / headCount) % 2 !== 0) {
    throw invalidArgument('config.headCount', 'heads of even width (rope turns pairs)', headCount);
  }
  for (const field of ['expansion', 'ropeTheta', 'normEpsilon'] as const) {
    if (!(config[field] > 0)) throw invalidArgument(`config.${field}`, 'a positive number', config[field]);
  }
  if (!(explorationProbability >= 0 && explorationProbability <= 1)) {
    throw invalidArgument('config.explorationProbability', 'a number in [0, 1]', explorationProbability);
  }
  if (config.gradientDepth > config.lowCycles) {
    throw invalidArgument('config.gradientDepth', `at most lowCycles (${config.lowCycles})`, config.gradientDepth);
  }
  if (config.sharedModule && config.highLayers !== config.lowLayers) {
    throw invalidArgument(
      'config.lowLayers',
      `${config.highLayers}, as highLayers (the module is shared)`,
      config.lowLayers,
    );
  }
}

function oneOf(config: HrmConfig, field: 'positions' | 'loss' | 'qHead', values: readonly string[]): void {
  if (!values.includes(config[field])) throw invalidArgument(`config.${field}`, values.join(' or '), config[field]);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
