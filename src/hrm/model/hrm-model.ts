import { invalidArgument, RexError } from '../../core/errors.ts';
import { tf } from '../backend/tensorflow.ts';
import { createConfig, type HrmConfig, type HrmConfigInput, totalLength } from '../config.ts';
import type { ActivationHook } from '../ops/linear.ts';
import { type RotaryTable, rotaryTable } from '../ops/rotary.ts';
import { truncatedNormal } from '../ops/truncated-normal.ts';
import { Random } from '../random.ts';
import type { BlockSettings } from './block.ts';
import { firstNotFinite, type HostTensor, type StateDict, sizeOf, transposed } from './host-tensor.ts';
import { type ParameterEntry, parameterLayout } from './parameter-layout.ts';
import { PuzzleTable } from './puzzle-table.ts';
import { arrangeWeights, type ModelWeights } from './weights.ts';

/** A model: its configuration, its parameters on the backend and its puzzle table. Create it with {@link createModel} or {@link loadModel}. */
export class HrmModel implements Disposable {
  readonly config: HrmConfig;
  /** Entries of the state dict, in order. */
  readonly layout: readonly ParameterEntry[];
  /** The puzzle embedding, when the model has one. */
  readonly puzzleTable: PuzzleTable | undefined;
  /** Changes what every linear layer of the blocks reads; set by quantised models. */
  onActivation: ActivationHook | undefined;
  readonly #tensors = new Map<string, tf.Tensor>();
  #weights: ModelWeights | undefined;
  #rotary: RotaryTable | undefined;

  constructor(config: HrmConfig, layout: readonly ParameterEntry[], state: StateDict) {
    this.config = config;
    this.layout = layout;
    for (const { name, kind } of layout) {
      const entry = state.get(name) as HostTensor;
      if (kind === 'table') this.puzzleTable = new PuzzleTable({ shape: entry.shape, data: entry.data.slice() });
      else this.#tensors.set(name, toTensor(kind === 'linear' ? transposed(entry) : entry));
    }
    if (config.positions === 'rope') {
      this.#rotary = rotaryTable(totalLength(config), config.hiddenSize / config.headCount, config.ropeTheta);
    }
  }

  /** Names of the tensors that AdamATan2 trains. */
  get trainableNames(): readonly string[] {
    return this.layout.filter(({ kind }) => kind === 'linear' || kind === 'plain').map(({ name }) => name);
  }

  /** Number of trained values, without buffers and puzzle table. */
  get parameterCount(): number {
    return this.layout
      .filter(({ kind }) => kind === 'linear' || kind === 'plain')
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** The tensors by role. They belong to the model: read them, do not dispose them. */
  get weights(): ModelWeights {
    this.#weights ??= arrangeWeights(this.config, (name) => this.tensor(name));
    return this.#weights;
  }

  /** What the blocks need besides their weights. */
  get settings(): BlockSettings {
    const { headCount, normEpsilon } = this.config;
    return {
      headCount,
      normEpsilon,
      ...(this.#rotary && { rotary: this.#rotary }),
      ...(this.onActivation && { onActivation: this.onActivation }),
    };
  }

  /** One parameter by its state-dict name; linear weights are [in, out] here. */
  tensor(name: string): tf.Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    if (this.#tensors.size === 0)
      throw new RexError('MODEL_DISPOSED', 'the model is disposed', { operation: `read ${name}` });
    throw invalidArgument('name', 'the name of a parameter', name);
  }

  /** Puts a new value in the place of a parameter and frees the old one. */
  replaceTensor(name: string, value: tf.Tensor): void {
    const old = this.tensor(name);
    this.#tensors.set(name, tf.keep(value));
    if (old !== value) old.dispose();
    this.#weights = undefined;
  }

  /** A copy of all parameters under the original's names and shapes (linear weights [out, in]). */
  async stateDict(): Promise<Map<string, HostTensor>> {
    const state = new Map<string, HostTensor>();
    for (const { name, shape, kind } of this.layout) {
      if (kind === 'table') state.set(name, { shape, data: (this.puzzleTable as PuzzleTable).values.slice() });
      else state.set(name, await toHost(this.tensor(name), kind === 'linear'));
    }
    return state;
  }

  /** Overwrites all parameters. Throws `WEIGHTS_MISMATCH` and changes nothing when an entry does not fit. */
  loadStateDict(state: StateDict): void {
    checkState(this.layout, state);
    for (const { name, kind } of this.layout) {
      const entry = state.get(name) as HostTensor;
      if (kind === 'table') this.puzzleTable?.values.set(entry.data);
      else this.replaceTensor(name, toTensor(kind === 'linear' ? transposed(entry) : entry));
    }
  }

  /** Frees every tensor of the model; later use throws `MODEL_DISPOSED`. */
  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
    this.#weights = undefined;
    if (this.#rotary) tf.dispose([this.#rotary.cos, this.#rotary.sin, this.#rotary.turn]);
    this.#rotary = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A new model with random parameters from a seed (default 0), initialised as the original is. Throws `INVALID_ARGUMENT`. */
export function createModel(input: HrmConfigInput, options: { readonly seed?: number } = {}): HrmModel {
  const config = createConfig(input);
  const random = new Random(options.seed ?? 0);
  const layout = parameterLayout(config);
  const state = new Map<string, HostTensor>();
  for (const { name, shape, std, constant } of layout) {
    const count = sizeOf(shape);
    const data = constant === undefined ? truncatedNormal(count, std, random) : new Float32Array(count).fill(constant);
    state.set(name, { shape, data });
  }
  return new HrmModel(config, layout, state);
}

/**
 * A model with given parameters: names and shapes of the original's state dict, `_orig_mod.` prefixes allowed.
 * Throws `WEIGHTS_MISMATCH` for a missing, superfluous or wrongly shaped entry and for NaN, `INVALID_ARGUMENT` for the config.
 */
export function loadModel(input: HrmConfigInput, weights: StateDict): HrmModel {
  const config = createConfig(input);
  const layout = parameterLayout(config);
  const state = new Map([...weights].map(([name, entry]) => [name.replace(/^(_orig_mod\.)+/, ''), entry]));
  checkState(layout, state);
  return new HrmModel(config, layout, state);
}

function checkState(layout: readonly ParameterEntry[], state: StateDict): void {
  for (const { name, shape } of layout) {
    const entry = state.get(name);
    if (!entry) throw mismatch(name, `an entry of shape [${shape}]`, 'nothing');
    if (entry.shape.join() !== shape.join()) throw mismatch(name, `shape [${shape}]`, `shape [${entry.shape}]`);
    if (entry.data.length !== sizeOf(shape))
      throw mismatch(name, `${sizeOf(shape)} values`, `${entry.data.length} values`);
    const bad = firstNotFinite(entry.data);
    if (bad !== -1) throw mismatch(name, 'finite numbers', `${entry.data[bad]} at index ${bad}`);
  }
  const known = new Set(layout.map(({ name }) => name));
  for (const name of state.keys())
    if (!known.has(name)) throw mismatch(name, 'no such entry for this configuration', 'one');
}

function mismatch(name: string, expected: string, received: string): RexError<'WEIGHTS_MISMATCH'> {
  return new RexError(
    'WEIGHTS_MISMATCH',
    `weights do not fit the configuration: ${name}: expected ${expected}, got ${received}`,
    { name, expected, received },
    { hint: 'Load the weights with the configuration that they were trained with.' },
  );
}

function toTensor({ data, shape }: HostTensor): tf.Tensor {
  return tf.keep(tf.tensor(data.slice(), [...shape], 'float32'));
}

/** Downloads a tensor, turning it back to [out, in] if it is a linear weight. */
export async function toHost(tensor: tf.Tensor, isLinear: boolean): Promise<HostTensor> {
  const host = { shape: tensor.shape, data: Float32Array.from(await tensor.data<'float32'>()) };
  return isLinear ? transposed(host) : host;
}
