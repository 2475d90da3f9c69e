import type { tf } from '../backend/tensorflow.ts';
import type { HrmConfig } from '../config.ts';
import type { BlockWeights } from './block.ts';

/** The tensors of a model by role. Linear weights are [in, out]. */
export interface ModelWeights {
  readonly tokens: tf.Tensor2D; // [V, D]
  readonly positions?: tf.Tensor2D; // [T, D]
  readonly head: tf.Tensor2D; // [D, V]
  readonly qHead: tf.Tensor2D; // [D, 2]
  readonly qBias: tf.Tensor1D; // [2]
  readonly highInit: tf.Tensor1D; // [D]
  readonly lowInit: tf.Tensor1D; // [D]
  readonly high: readonly BlockWeights[];
  readonly low: readonly BlockWeights[];
}

/** Arranges tensors that are known by their state-dict names. */
export function arrangeWeights(config: HrmConfig, get: (name: string) => tf.Tensor): ModelWeights {
  const inner = (name: string): tf.Tensor => get(`model.inner.${name}`);
  const module = (name: string, layers: number): BlockWeights[] =>
    Array.from({ length: layers }, (_, index) => `${name}.layers.${index}`).map((layer) => ({
      qkv: inner(`${layer}.self_attn.qkv_proj.weight`) as tf.Tensor2D,
      output: inner(`${layer}.self_attn.o_proj.weight`) as tf.Tensor2D,
      gateUp: inner(`${layer}.mlp.gate_up_proj.weight`) as tf.Tensor2D,
      down: inner(`${layer}.mlp.down_proj.weight`) as tf.Tensor2D,
    }));
  const high = module('H_level', config.highLayers);
  return {
    tokens: inner('embed_tokens.embedding_weight') as tf.Tensor2D,
    ...(config.positions === 'learned' && { positions: inner('embed_pos.embedding_weight') as tf.Tensor2D }),
    head: inner('lm_head.weight') as tf.Tensor2D,
    qHead: inner('q_head.weight') as tf.Tensor2D,
    qBias: inner('q_head.bias') as tf.Tensor1D,
    highInit: inner('H_init') as tf.Tensor1D,
    lowInit: inner('L_init') as tf.Tensor1D,
    high,
    low: config.sharedModule ? high : module('L_level', config.lowLayers),
  };
}
