import { type HrmConfig, prefixLength, totalLength } from '../config.ts';
import { type HostTensor, transposed } from '../model/host-tensor.ts';
import type { HrmModel } from '../model/hrm-model.ts';
import { rotaryAngles } from '../ops/rotary.ts';
import { GraphBuilder, type Value } from './graph-builder.ts';

/**
 * One whole step of a model as an ONNX file: inputs `tokens` [B, S], `puzzle` [B, size] (with a puzzle table), `high` and
 * `low` [B, T, D]; outputs `logits` [B, S, V], `q` [B, 2], `nextHigh` and `nextLow`.
 */
export async function writeOnnx(model: HrmModel): Promise<Uint8Array> {
  const state = await model.stateDict();
  return new StepGraph(model.config, state).encode();
}

class StepGraph {
  readonly #config: HrmConfig;
  readonly #state: ReadonlyMap<string, HostTensor>;
  readonly #graph = new GraphBuilder();
  readonly #weights = new Map<string, Value>();
  readonly #rotary: { readonly cos: Value; readonly sin: Value } | undefined;

  constructor(config: HrmConfig, state: ReadonlyMap<string, HostTensor>) {
    this.#config = config;
    this.#state = state;
    if (config.positions === 'rope') {
      const headSize = config.hiddenSize / config.headCount;
      const length = totalLength(config);
      const { cos, sin } = rotaryAngles(length, headSize, config.ropeTheta);
      this.#rotary = {
        cos: this.#graph.floats(cos, [length, headSize]),
        sin: this.#graph.floats(sin, [length, headSize]),
      };
    }
  }

  encode(): Uint8Array {
    const { sequenceLength: S, vocabularySize: V, hiddenSize: D, highCycles, lowCycles } = this.#config;
    const [g, T] = [this.#graph, totalLength(this.#config)];
    const input = this.#embed();
    let high = g.input('high', 'float32', ['B', T, D]);
    let low = g.input('low', 'float32', ['B', T, D]);
    for (let cycle = 0; cycle < highCycles; cycle++) {
      for (let update = 0; update < lowCycles; update++) {
        low = this.#reason('L_level', this.#config.lowLayers, low, g.node('Add', [high, input]));
      }
      high = this.#reason('H_level', this.#config.highLayers, high, low);
    }
    const prefix = prefixLength(this.#config);
    const cells =
      prefix === 0 ? high : g.node('Slice', [high, ...[[prefix], [T], [1]].map((value) => g.integers(value))]);
    const first = g.node('Gather', [high, g.integers([0])], { axis: 1 }); // [B, 1, D]
    const q = g.node('Add', [g.node('MatMul', [first, this.#linear('q_head.weight')]), this.#plain('q_head.bias')]);
    g.output('logits', g.node('MatMul', [cells, this.#linear('lm_head.weight')]), ['B', S, V]);
    g.output('q', g.node('Reshape', [q, g.integers([-1, 2])]), ['B', 2]);
    g.output('nextHigh', high, ['B', T, D]);
    g.output('nextLow', low, ['B', T, D]);
    return g.encode();
  }

  /** [B, T, D] */
  #embed(): Value {
    const { sequenceLength: S, hiddenSize: D, puzzleEmbeddingSize: size, positions } = this.#config;
    const g = this.#graph;
    const tokens = g.input('tokens', 'int64', ['B', S]);
    let embedded = g.node('Gather', [this.#plain('embed_tokens.embedding_weight'), tokens]);
    const prefix = prefixLength(this.#config);
    if (prefix > 0) {
      const rows = g.input('puzzle', 'float32', ['B', size]);
      const padded = g.node('Pad', [rows, g.integers([0, 0, 0, prefix * D - size])]);
      embedded = g.node('Concat', [g.node('Reshape', [padded, g.integers([-1, prefix, D])]), embedded], { axis: 1 });
    }
    if (positions === 'learned') {
      const sum = g.node('Add', [embedded, this.#plain('embed_pos.embedding_weight')]);
      embedded = g.node('Mul', [sum, g.scalar(Math.SQRT1_2)]);
    }
    return g.node('Mul', [embedded, g.scalar(Math.sqrt(D))]);
  }

  #reason(module: string, layers: number, state: Value, injection: Value): Value {
    const name = this.#config.sharedModule ? 'H_level' : module;
    let x = this.#graph.node('Add', [state, injection]);
    for (let layer = 0; layer < layers; layer++) x = this.#block(x, `${name}.layers.${layer}`);
    return x;
  }

  #block(x: Value, layer: string): Value {
    const g = this.#graph;
    const attended = this.#norm(g.node('Add', [x, this.#attention(x, layer)]));
    const both = g.node('MatMul', [attended, this.#linear(`${layer}.mlp.gate_up_proj.weight`)]);
    const [gate, up] = g.nodes('Split', [both], 2, { axis: -1 }) as [Value, Value];
    const gated = g.node('Mul', [g.node('Mul', [gate, g.node('Sigmoid', [gate])]), up]);
    return this.#norm(
      g.node('Add', [attended, g.node('MatMul', [gated, this.#linear(`${layer}.mlp.down_proj.weight`)])]),
    );
  }

  #attention(x: Value, layer: string): Value {
    const { headCount: h, hiddenSize: D } = this.#config;
    const [g, d] = [this.#graph, D / h];
    const projected = g.node('MatMul', [x, this.#linear(`${layer}.self_attn.qkv_proj.weight`)]);
    const heads = g.node('Transpose', [g.node('Reshape', [projected, g.integers([0, 0, 3 * h, d])])], {
      perm: [0, 2, 1, 3],
    });
    const [both, values] = g.nodes('Split', [heads, g.integers([2 * h, h])], 2, { axis: 1 }) as [Value, Value];
    const [queries, keys] = g.nodes('Split', [this.#rotate(both)], 2, { axis: 1 }) as [Value, Value];
    const scaled = g.node('Mul', [queries, g.scalar(1 / Math.sqrt(d))]);
    const scores = g.node('MatMul', [scaled, g.node('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
    const mixed = g.node('MatMul', [g.node('Softmax', [scores], { axis: -1 }), values]);
    const joined = g.node('Reshape', [g.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), g.integers([0, 0, D])]);
    return g.node('MatMul', [joined, this.#linear(`${layer}.self_attn.o_proj.weight`)]);
  }

  #rotate(x: Value): Value {
    if (!this.#rotary) return x;
    const g = this.#graph;
    const [first, second] = g.nodes('Split', [x], 2, { axis: -1 }) as [Value, Value];
    const turned = g.node('Concat', [g.node('Neg', [second]), first], { axis: -1 });
    return g.node('Add', [g.node('Mul', [x, this.#rotary.cos]), g.node('Mul', [turned, this.#rotary.sin])]);
  }

  #norm(x: Value): Value {
    const g = this.#graph;
    const mean = g.node('ReduceMean', [g.node('Mul', [x, x])], { axes: [-1], keepdims: 1 });
    return g.node('Div', [x, g.node('Sqrt', [g.node('Add', [mean, g.scalar(this.#config.normEpsilon)])])]);
  }

  /** A linear weight, [in, out], stored once however often it is used. */
  #linear(name: string): Value {
    return this.#weight(name, transposed);
  }

  #plain(name: string): Value {
    return this.#weight(name, (tensor) => tensor);
  }

  #weight(name: string, arrange: (tensor: HostTensor) => HostTensor): Value {
    const known = this.#weights.get(name);
    if (known !== undefined) return known;
    const { data, shape } = arrange(this.#state.get(`model.inner.${name}`) as HostTensor);
    const value = this.#graph.floats(data, shape);
    this.#weights.set(name, value);
    return value;
  }
}
