/** Turns texts into vectors of one length, near each other where the texts mean the like. */
export interface SentenceEncoder {
  /** Name and version: weights that were trained with one encoder refuse another. */
  readonly name: string;
  /** Values of a vector. */
  readonly size: number;
  /** One vector of length 1 for each text, in order; zeros for a text without words. */
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Texts that are encoded at once. */
const batchSize = 16;

/** Vectors of texts, each text once; nothing without an encoder. */
export async function encodeSentences(
  encoder: SentenceEncoder | undefined,
  texts: readonly string[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  if (!encoder) return vectors;
  // Texts of like length go together: a batch is as slow as its longest.
  const waiting = [...new Set(texts)].sort((a, b) => a.length - b.length);
  for (let start = 0; start < waiting.length; start += batchSize) {
    const batch = waiting.slice(start, start + batchSize);
    const encoded = await encoder.encode(batch);
    batch.forEach((text, index) => {
      vectors.set(text, encoded[index] as Float32Array);
    });
  }
  return vectors;
}
