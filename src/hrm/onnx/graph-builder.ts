import { ProtobufMessage } from './protobuf.ts';

/** Operator set that the written graphs use. */
export const onnxOpset = 17;

/** Name of a value in the graph. */
export type Value = string;

/** Element types of inputs and outputs, numbered as in ONNX. */
const TYPES = { float32: 1, int64: 7 } as const;
const ATTRIBUTE = { int: 2, ints: 7 } as const;
const IR_VERSION = 8;

/** Collects the nodes and constants of an ONNX graph; field numbers are those of onnx.proto3. */
export class GraphBuilder {
  readonly #graph = new ProtobufMessage();
  readonly #constants = new Map<string, Value>();
  #count = 0;

  /** Declares an input; a text in the shape is a free dimension. */
  input(name: string, type: keyof typeof TYPES, shape: readonly (number | string)[]): Value {
    this.#graph.bytes(11, valueInfo(name, type, shape));
    return name;
  }

  /** Gives a value to the outside under a name. */
  output(name: string, value: Value, shape: readonly (number | string)[]): void {
    this.#graph.bytes(1, new ProtobufMessage().bytes(1, value).bytes(2, name).bytes(4, 'Identity'));
    this.#graph.bytes(12, valueInfo(name, 'float32', shape));
  }

  /** A float32 constant. */
  floats(data: Float32Array, shape: readonly number[]): Value {
    return this.#constant('float32', shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** One float32 number, kept once. */
  scalar(value: number): Value {
    return this.#once(`f${value}`, () => this.floats(Float32Array.of(value), []));
  }

  /** A list of int64 numbers (shapes, axes, splits), kept once. */
  integers(values: readonly number[]): Value {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#once(`i${values.join()}`, () => this.#constant('int64', [values.length], bytes));
  }

  /** Adds a node with one output. */
  node(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): Value {
    const [value] = this.nodes(operator, inputs, 1, attributes);
    return value as Value;
  }

  /** Adds a node with several outputs. */
  nodes(
    operator: string,
    inputs: readonly Value[],
    outputs: number,
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): Value[] {
    const message = new ProtobufMessage();
    for (const input of inputs) message.bytes(1, input);
    const names = Array.from({ length: outputs }, () => this.#fresh());
    for (const name of names) message.bytes(2, name);
    message.bytes(4, operator);
    for (const [name, value] of Object.entries(attributes)) message.bytes(5, attribute(name, value));
    this.#graph.bytes(1, message);
    return names;
  }

  /** The whole model file. */
  encode(): Uint8Array {
    this.#graph.bytes(2, 'hrm');
    const opset = new ProtobufMessage().bytes(1, '').integer(2, onnxOpset);
    return new ProtobufMessage()
      .integer(1, IR_VERSION)
      .bytes(2, 'hrm-rex')
      .bytes(7, this.#graph)
      .bytes(8, opset)
      .encode();
  }

  #constant(type: keyof typeof TYPES, shape: readonly number[], bytes: Uint8Array): Value {
    const name = this.#fresh();
    const tensor = new ProtobufMessage();
    for (const length of shape) tensor.integer(1, length);
    this.#graph.bytes(5, tensor.integer(2, TYPES[type]).bytes(8, name).bytes(9, bytes));
    return name;
  }

  #once(key: string, make: () => Value): Value {
    const known = this.#constants.get(key) ?? make();
    this.#constants.set(key, known);
    return known;
  }

  #fresh(): Value {
    this.#count += 1;
    return `v${this.#count}`;
  }
}

function attribute(name: string, value: number | readonly number[]): ProtobufMessage {
  const message = new ProtobufMessage().bytes(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, ATTRIBUTE.int);
  for (const item of value) message.integer(8, item);
  return message.integer(20, ATTRIBUTE.ints);
}

function valueInfo(name: string, type: keyof typeof TYPES, shape: readonly (number | string)[]): ProtobufMessage {
  const dimensions = new ProtobufMessage();
  for (const length of shape) {
    const dimension = new ProtobufMessage();
    dimensions.bytes(1, typeof length === 'number' ? dimension.integer(1, length) : dimension.bytes(2, length));
  }
  const tensor = new ProtobufMessage().integer(1, TYPES[type]).bytes(2, dimensions);
  return new ProtobufMessage().bytes(1, name).bytes(2, new ProtobufMessage().bytes(1, tensor));
}
