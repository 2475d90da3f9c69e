import { invalidArgument, RexError } from '../../core/errors.ts';
import { type HrmConfig, totalLength } from '../config.ts';
import type { HostTensor } from '../model/host-tensor.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { writeOnnx } from './write-onnx.ts';

/** State of a compiled model between steps, in ordinary memory. */
export interface CompiledState {
  /** [B, T, D] */
  readonly high: Float32Array;
  /** [B, T, D] */
  readonly low: Float32Array;
}

/** What one step of a compiled model gives. */
export interface CompiledStep {
  readonly state: CompiledState;
  /** [B, S, V] */
  readonly logits: Float32Array;
  /** [B] */
  readonly qHaltLogits: Float32Array;
  /** [B] */
  readonly qContinueLogits: Float32Array;
}

/** A model that thinks without TensorFlow.js. */
export interface CompiledModel extends AsyncDisposable {
  readonly config: HrmConfig;
  /** The state before the first step. */
  start(batchSize: number): CompiledState;
  /** One step for tokens [B, S]; `puzzleIdentifiers` [B] default to 0. Throws `INVALID_ARGUMENT`. */
  step(state: CompiledState, tokens: Int32Array, puzzleIdentifiers?: Int32Array): Promise<CompiledStep>;
}

/** Options of {@link compile}. */
export interface CompileOptions {
  readonly engine: 'onnx';
  /** Threads of one step; default: the engine's choice. */
  readonly threads?: number;
}

interface OnnxRuntime {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OnnxSession> };
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, shape: readonly number[]) => unknown;
}

interface OnnxSession {
  run(feeds: Readonly<Record<string, unknown>>): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

const INSTALL = 'npm install --ignore-scripts onnxruntime-node';

/**
 * Compiles a model's present parameters for inference on the CPU by ONNX Runtime. The model may be disposed afterwards.
 * Throws `DEPENDENCY_MISSING` without the package `onnxruntime-node`.
 */
export async function compile(model: HrmModel, options: CompileOptions): Promise<CompiledModel> {
  if (options.engine !== 'onnx') throw invalidArgument('engine', 'onnx', options.engine);
  const { InferenceSession, Tensor } = await loadRuntime();
  const { config } = model;
  const state = await model.stateDict();
  const table = state.get('model.inner.puzzle_emb.weights');
  const session = await InferenceSession.create(await writeOnnx(model), {
    graphOptimizationLevel: 'all',
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
  });
  const T = totalLength(config);
  const { sequenceLength: S, hiddenSize: D } = config;
  return {
    config,
    start: (batchSize) => ({
      high: repeat(state.get('model.inner.H_init') as HostTensor, batchSize * T),
      low: repeat(state.get('model.inner.L_init') as HostTensor, batchSize * T),
    }),
    async step({ high, low }, tokens, puzzleIdentifiers) {
      const batch = checkTokens(config, tokens);
      const identifiers = puzzleIdentifiers ?? new Int32Array(batch);
      const outputs = await session.run({
        tokens: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [batch, S]),
        high: new Tensor('float32', high, [batch, T, D]),
        low: new Tensor('float32', low, [batch, T, D]),
        ...(table && {
          puzzle: new Tensor('float32', rowsOf(table, identifiers), [batch, config.puzzleEmbeddingSize]),
        }),
      });
      const read = (name: string): Float32Array => (outputs[name] as { data: Float32Array }).data;
      const q = read('q');
      return {
        state: { high: read('nextHigh'), low: read('nextLow') },
        logits: read('logits'),
        qHaltLogits: q.filter((_, index) => index % 2 === 0),
        qContinueLogits: q.filter((_, index) => index % 2 === 1),
      };
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function loadRuntime(): Promise<OnnxRuntime> {
  const specifier = 'onnxruntime-node';
  try {
    const imported = (await import(specifier)) as OnnxRuntime & { default?: OnnxRuntime };
    return imported.default ?? imported;
  } catch (error) {
    throw new RexError(
      'DEPENDENCY_MISSING',
      `engine "onnx" needs ${specifier}`,
      { dependency: specifier, install: INSTALL },
      { hint: `Run: ${INSTALL}`, cause: error },
    );
  }
}

function checkTokens({ sequenceLength: S, vocabularySize: V }: HrmConfig, tokens: Int32Array): number {
  if (tokens.length === 0 || tokens.length % S !== 0)
    throw invalidArgument('tokens.length', `a multiple of ${S}`, tokens.length);
  const wrong = tokens.find((token) => token < 0 || token >= V);
  if (wrong !== undefined) throw invalidArgument('tokens', `tokens in 0 … ${V - 1}`, wrong);
  return tokens.length / S;
}

function rowsOf({ shape: [count = 0, size = 0], data }: HostTensor, identifiers: Int32Array): Float32Array {
  const rows = new Float32Array(identifiers.length * size);
  identifiers.forEach((identifier, row) => {
    if (identifier < 0 || identifier >= count)
      throw invalidArgument('puzzleIdentifiers', `0 … ${count - 1}`, identifier);
    rows.set(data.subarray(identifier * size, (identifier + 1) * size), row * size);
  });
  return rows;
}

function repeat({ data }: HostTensor, times: number): Float32Array {
  const repeated = new Float32Array(data.length * times);
  for (let index = 0; index < times; index++) repeated.set(data, index * data.length);
  return repeated;
}
