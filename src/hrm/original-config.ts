import { invalidArgument } from '../core/errors.ts';
import { createConfig, type HrmConfig } from './config.ts';

/** Field of the original's configuration for each of ours that has one. */
const ORIGINAL_NAMES = {
  sequenceLength: 'seq_len',
  vocabularySize: 'vocab_size',
  puzzleIdentifierCount: 'num_puzzle_identifiers',
  puzzleEmbeddingSize: 'puzzle_emb_ndim',
  hiddenSize: 'hidden_size',
  headCount: 'num_heads',
  expansion: 'expansion',
  highLayers: 'H_layers',
  lowLayers: 'L_layers',
  highCycles: 'H_cycles',
  lowCycles: 'L_cycles',
  positions: 'pos_encodings',
  ropeTheta: 'rope_theta',
  normEpsilon: 'rms_norm_eps',
  maxSteps: 'halt_max_steps',
  explorationProbability: 'halt_exploration_prob',
} as const;

/**
 * Reads the original's configuration (`arch` of `all_config.yaml` together with `dataset.json`), names as in
 * sapientinc/HRM. `loss_type` may stand beside the fields or be given apart. Throws `INVALID_ARGUMENT`.
 */
export function configFromOriginal(fields: Readonly<Record<string, unknown>>, lossType?: string): HrmConfig {
  const input: Record<string, unknown> = {};
  for (const [name, original] of Object.entries(ORIGINAL_NAMES)) {
    if (fields[original] !== undefined) input[name] = fields[original];
  }
  input.puzzleEmbeddingSize ??= 0;
  const loss = lossType ?? fields.loss_type ?? 'stablemax_cross_entropy';
  if (loss !== 'stablemax_cross_entropy' && loss !== 'softmax_cross_entropy') {
    throw invalidArgument('loss_type', 'stablemax_cross_entropy or softmax_cross_entropy', loss);
  }
  input.loss = loss.replace('_cross_entropy', '');
  return createConfig(input as unknown as HrmConfig);
}

/** The same configuration under the original's names. */
export function configToOriginal(config: HrmConfig): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, original] of Object.entries(ORIGINAL_NAMES)) fields[original] = config[name as keyof HrmConfig];
  return { ...fields, loss_type: `${config.loss}_cross_entropy`, forward_dtype: 'float32' };
}
