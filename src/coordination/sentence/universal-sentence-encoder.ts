import { RexError } from '../../core/errors.ts';
import { tf } from '../../hrm/backend/tensorflow.ts';
import { startBackend } from '../model/start-backend.ts';
import { type LoadSentenceModelOptions, loadSentenceModel, type SentenceModel } from './load-sentence-model.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';
import { SentencePieces } from './sentence-pieces.ts';

/** Name by which weights know the encoder. */
export const universalSentenceEncoder = { name: 'universal-sentence-encoder-lite/0.2.0', size: 512 } as const;

/** Pieces of a text that are read: attention grows with their square, and nine of ten tasks are shorter. */
const mostPieces = 256;

/** The Universal Sentence Encoder Lite (Cer et al. 2018), English, 512 values: free it when it is done with. */
export class UniversalSentenceEncoder implements SentenceEncoder, Disposable {
  readonly name: string = universalSentenceEncoder.name;
  readonly size: number = universalSentenceEncoder.size;
  readonly #model: SentenceModel;
  readonly #pieces: SentencePieces;
  #disposed = false;

  /** Takes a loaded model; {@link openSentenceEncoder} loads it. */
  constructor(model: SentenceModel) {
    this.#model = model;
    this.#pieces = new SentencePieces(model.vocabulary);
  }

  /** Vectors of texts, of which the first 256 pieces are read. @throws MODEL_DISPOSED */
  async encode(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.#disposed) {
      throw new RexError('MODEL_DISPOSED', 'the sentence encoder is disposed', { operation: 'encode' });
    }
    const pieces = texts.map((text) => this.#pieces.encode(text, mostPieces));
    const filled = pieces.filter(({ length }) => length > 0);
    const vectors = filled.length > 0 ? await this.#run(filled) : new Float32Array(0);
    let row = 0;
    return pieces.map(({ length }) => {
      if (length === 0) return new Float32Array(this.size);
      row += 1;
      return vectors.slice((row - 1) * this.size, row * this.size);
    });
  }

  /** Frees the model; later calls throw `MODEL_DISPOSED`. */
  [Symbol.dispose](): void {
    if (!this.#disposed) this.#model.graph.dispose();
    this.#disposed = true;
  }

  async #run(pieces: readonly (readonly number[])[]): Promise<Float32Array> {
    const places = pieces.flatMap((row, text) => row.flatMap((_, place) => [text, place]));
    const indices = tf.tensor2d(places, [places.length / 2, 2], 'int32');
    const values = tf.tensor1d(pieces.flat(), 'int32');
    try {
      const vectors = await this.#model.graph.executeAsync({ indices, values });
      const data = Float32Array.from(await vectors.data<'float32'>());
      vectors.dispose();
      return data;
    } finally {
      tf.dispose([indices, values]);
    }
  }
}

/**
 * Opens the pretrained sentence encoder on the backend that runs, or on wasm where none does. Dispose it when it is done with.
 *
 * @throws RexError `DEPENDENCY_MISSING` with the install command where its packages are absent
 */
export async function openSentenceEncoder(options: LoadSentenceModelOptions = {}): Promise<UniversalSentenceEncoder> {
  await startBackend();
  return new UniversalSentenceEncoder(await loadSentenceModel(options));
}
