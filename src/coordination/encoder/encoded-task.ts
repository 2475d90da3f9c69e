/** Entries of a sparse vector, each index at most once, ascending. */
export interface SparseVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** A task as the model reads it. */
export interface EncodedTask {
  /** Tokens of workspace and text for the recurrent core, padded with 0. [S] */
  readonly tokens: Int32Array;
  /** Hashed words, pairs of words and shapes of the text, for the linear path. */
  readonly text: SparseVector;
  /** Hashed facts of the workspace, for the linear path. */
  readonly workspace: SparseVector;
  /** The text's vector by a sentence encoder, where one is used. */
  readonly sentence?: SparseVector | undefined;
  /** What text and workspace say of each agent kind, row by row. [agents, evidenceSize] */
  readonly evidence: Float32Array;
}

/** How tasks are encoded; part of a model's manifest, because its weights mean nothing with another one. */
export interface EncoderSettings {
  readonly version: 1;
  /** S, default 96. */
  readonly sequenceLength: number;
  /** Values of a token, default 8,192; 0 is padding. */
  readonly vocabularySize: number;
  /** Places of hashed features, a power of 2, default 262,144. */
  readonly featureCount: number;
  /** The sentence encoder whose vectors the weights were trained on; absent where they need none. */
  readonly sentence?: SentenceSettings | undefined;
}

/** Which sentence encoder weights belong to. */
export interface SentenceSettings {
  /** Name and version, such as `universal-sentence-encoder-lite/1`. */
  readonly name: string;
  /** Values of a vector. */
  readonly size: number;
}
