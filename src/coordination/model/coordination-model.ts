import { RexError } from '../../core/errors.ts';
import { tf } from '../../hrm/backend/tensorflow.ts';
import type { BlockSettings, BlockWeights } from '../../hrm/model/block.ts';
import type { HostTensor, StateDict } from '../../hrm/model/host-tensor.ts';
import { createModel, type HrmModel, loadModel } from '../../hrm/model/hrm-model.ts';
import { Random } from '../../hrm/random.ts';
import {
  type CoordinationConfig,
  type CoordinationConfigInput,
  createCoordinationConfig,
} from './coordination-config.ts';
import { headLayout, startHeads } from './head-layout.ts';

/** Prefix of the coordination module's names. */
const HEADS = 'coordination.';
/** HRM's answer head: a coordination model gives plans, so it neither trains nor stores it. */
export const unusedHead = 'model.inner.lm_head.weight';
/** The table of words: its gradient is summed by rows, see `wordGradient`. */
export const wordTable = 'model.inner.embed_tokens.embedding_weight';
/** The table of positions, where the core has one. */
export const positionTable = 'model.inner.embed_pos.embedding_weight';

/** An HRM with the coordination module on it. The core is an ordinary model and computes what it would alone. */
export class CoordinationModel implements Disposable {
  readonly config: CoordinationConfig;
  /** The recurrent core; it belongs to this model. */
  readonly core: HrmModel;
  readonly #heads = new Map<string, tf.Tensor>();

  constructor(config: CoordinationConfig, core: HrmModel, heads: StateDict) {
    this.config = config;
    this.core = core;
    for (const { name, shape } of headLayout(config)) {
      const entry = heads.get(name);
      if (entry?.shape.join() !== shape.join()) {
        core.dispose();
        this[Symbol.dispose]();
        throw mismatch(`${HEADS}${name}`, `shape [${shape}]`, entry ? `shape [${entry.shape}]` : 'nothing');
      }
      this.#heads.set(name, tf.keep(tf.tensor(entry.data.slice(), [...shape], 'float32')));
    }
  }

  /** Names of all trained tensors: those of the core, then `coordination.…`. */
  get trainableNames(): readonly string[] {
    const core = this.core.trainableNames.filter((name) => name !== unusedHead);
    return [...core, ...headLayout(this.config).map(({ name }) => `${HEADS}${name}`)];
  }

  /** What the coordination blocks need besides their weights: no rotation, for the tokens of agents have no order. */
  get settings(): BlockSettings {
    const { headCount, normEpsilon } = this.config.core;
    return { headCount, normEpsilon };
  }

  /** Weights of the coordination blocks. */
  get blocks(): readonly BlockWeights[] {
    return Array.from({ length: this.config.coordinationBlocks }, (_, index) => {
      const part = (name: string) => this.head(`block.${index}.${name}`) as tf.Tensor2D;
      return { qkv: part('qkv'), output: part('output'), gateUp: part('gateUp'), down: part('down') };
    });
  }

  /** A tensor of the coordination module. @throws MODEL_DISPOSED */
  head(name: string): tf.Tensor {
    const tensor = this.#heads.get(name);
    if (tensor) return tensor;
    throw new RexError('MODEL_DISPOSED', 'the model is disposed', { operation: `read ${HEADS}${name}` });
  }

  /** A tensor by its name among {@link trainableNames}. */
  tensor(name: string): tf.Tensor {
    return name.startsWith(HEADS) ? this.head(name.slice(HEADS.length)) : this.core.tensor(name);
  }

  /** Puts a new value in the place of a tensor and frees the old one. */
  replaceTensor(name: string, value: tf.Tensor): void {
    if (!name.startsWith(HEADS)) {
      this.core.replaceTensor(name, value);
      return;
    }
    const head = name.slice(HEADS.length);
    const old = this.head(head);
    this.#heads.set(head, tf.keep(value));
    if (old !== value) old.dispose();
  }

  /** A copy of everything that a file stores: the core without its unused answer head, and the coordination module. */
  async stateDict(): Promise<Map<string, HostTensor>> {
    const state = await this.core.stateDict();
    state.delete(unusedHead);
    for (const [name, tensor] of this.#heads) {
      state.set(`${HEADS}${name}`, { shape: tensor.shape, data: Float32Array.from(await tensor.data<'float32'>()) });
    }
    return state;
  }

  /** Frees every tensor. */
  [Symbol.dispose](): void {
    this.core.dispose();
    for (const tensor of this.#heads.values()) tensor.dispose();
    this.#heads.clear();
  }
}

/** A new model from a seed (default 0). It starts at the level of the linear path. @throws INVALID_ARGUMENT */
export function createCoordinationModel(
  input: CoordinationConfigInput = {},
  options: { readonly seed?: number } = {},
): CoordinationModel {
  const config = createCoordinationConfig(input);
  const seed = options.seed ?? 0;
  return new CoordinationModel(config, createModel(config.core, { seed }), startHeads(config, new Random(seed + 1)));
}

/** A model with given parameters, as {@link CoordinationModel.stateDict} gives them. @throws WEIGHTS_MISMATCH */
export function loadCoordinationModel(input: CoordinationConfigInput, state: StateDict): CoordinationModel {
  const config = createCoordinationConfig(input);
  const { vocabularySize: V, hiddenSize: D } = config.core;
  const core = new Map<string, HostTensor>([[unusedHead, { shape: [V, D], data: new Float32Array(V * D) }]]);
  const heads = new Map<string, HostTensor>();
  for (const [name, entry] of state) {
    if (name.startsWith(HEADS)) heads.set(name.slice(HEADS.length), entry);
    else core.set(name, entry);
  }
  return new CoordinationModel(config, loadModel(config.core, core), heads);
}

function mismatch(name: string, expected: string, received: string): RexError<'WEIGHTS_MISMATCH'> {
  return new RexError(
    'WEIGHTS_MISMATCH',
    `weights do not fit the configuration: ${name}: expected ${expected}, got ${received}`,
    { name, expected, received },
    { hint: 'Load the weights with the configuration that they were trained with.' },
  );
}
