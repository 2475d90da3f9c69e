import { feedForwardSize, type HrmConfig, totalLength } from '../config.ts';

/** How one entry of a state dict is stored and started. */
export interface ParameterEntry {
  /** Name as in an original checkpoint, without compile prefix. */
  readonly name: string;
  /** Shape in the state dict; linear weights are [out, in]. */
  readonly shape: readonly number[];
  /** `linear` weights are held transposed, [in, out]; `buffer` entries are not trained; `table` is the puzzle table. */
  readonly kind: 'linear' | 'plain' | 'buffer' | 'table';
  /** Standard deviation of the start; 0 for zeros. */
  readonly std: number;
  /** Constant start; the default is a draw with `std`. */
  readonly constant?: number;
}

/** Start of q_head's bias: so low that no row halts before the head has learned. */
const Q_BIAS = -5;

/** Every entry of a model's state dict, in the original's order. */
export function parameterLayout(config: HrmConfig): readonly ParameterEntry[] {
  const { hiddenSize: D, vocabularySize: V, highLayers, lowLayers, puzzleEmbeddingSize } = config;
  const inner = (name: string): string => `model.inner.${name}`;
  const embeddingStd = 1 / Math.sqrt(D);
  const entries: ParameterEntry[] = [
    { name: inner('H_init'), shape: [D], kind: 'buffer', std: 1 },
    { name: inner('L_init'), shape: [D], kind: 'buffer', std: 1 },
    { name: inner('embed_tokens.embedding_weight'), shape: [V, D], kind: 'plain', std: embeddingStd },
  ];
  if (config.positions === 'learned') {
    const shape = [totalLength(config), D];
    entries.push({ name: inner('embed_pos.embedding_weight'), shape, kind: 'plain', std: embeddingStd });
  }
  entries.push(
    linearEntry(inner('lm_head.weight'), V, D),
    { name: inner('q_head.weight'), shape: [2, D], kind: 'linear', std: 0, constant: 0 },
    { name: inner('q_head.bias'), shape: [2], kind: 'plain', std: 0, constant: Q_BIAS },
  );
  if (puzzleEmbeddingSize > 0) {
    const shape = [config.puzzleIdentifierCount, puzzleEmbeddingSize];
    entries.push({ name: inner('puzzle_emb.weights'), shape, kind: 'table', std: 0, constant: 0 });
  }
  entries.push(...moduleEntries(inner('H_level'), highLayers, config));
  if (!config.sharedModule) entries.push(...moduleEntries(inner('L_level'), lowLayers, config));
  return entries;
}

function moduleEntries(prefix: string, layers: number, config: HrmConfig): ParameterEntry[] {
  const D = config.hiddenSize;
  const F = feedForwardSize(D, config.expansion);
  return Array.from({ length: layers }, (_, index) => `${prefix}.layers.${index}`).flatMap((layer) => [
    linearEntry(`${layer}.self_attn.qkv_proj.weight`, 3 * D, D),
    linearEntry(`${layer}.self_attn.o_proj.weight`, D, D),
    linearEntry(`${layer}.mlp.gate_up_proj.weight`, 2 * F, D),
    linearEntry(`${layer}.mlp.down_proj.weight`, D, F),
  ]);
}

function linearEntry(name: string, outputs: number, inputs: number): ParameterEntry {
  return { name, shape: [outputs, inputs], kind: 'linear', std: 1 / Math.sqrt(inputs) };
}
