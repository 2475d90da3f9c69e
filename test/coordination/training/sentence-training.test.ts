import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { useBackend } from 'hrm-rex/hrm';
import { encodeTask } from '../../../src/coordination/encoder/encode-task.ts';
import { partScores } from '../../../src/coordination/linear/linear-path.ts';
import type { SentenceEncoder } from '../../../src/coordination/sentence/sentence-encoder.ts';
import { agentKinds } from '../../../src/coordination/task/agent-kinds.ts';
import { trainCoordination } from '../../../src/coordination/training/train-coordination.ts';
import { readCoordinationManifest } from '../../../src/coordination/weights/coordination-file.ts';
import { openCoordinator } from '../../../src/coordination/weights/open-coordinator.ts';
import { RexError } from '../../../src/core/errors.ts';
import { smallConfig, smallEncoder, taskRows } from './task-rows.ts';

let folder = '';
before(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'hrm-rex-sentence-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Knows the subject that a text is about, by another name than the text's. */
class SubjectEncoder implements SentenceEncoder {
  readonly name: string;
  readonly size: number;
  readonly asked: string[] = [];

  constructor(name = 'subjects/1', size = 4) {
    this.name = name;
    this.size = size;
  }

  async encode(texts: readonly string[]): Promise<readonly Float32Array[]> {
    this.asked.push(...texts);
    return texts.map((text) => {
      const vector = new Float32Array(this.size);
      const subject = ['parser|grammar', 'component', 'borrow', 'guide'].findIndex((words) =>
        new RegExp(words).test(text),
      );
      if (subject >= 0) vector[subject] = 1;
      return vector;
    });
  }
}

async function train(place: string, sentence?: SentenceEncoder): Promise<string> {
  const target = join(folder, place);
  const options = {
    rows: taskRows(60),
    config: smallConfig,
    encoder: smallEncoder,
    folder: target,
    epochs: 1,
    seed: 4,
  };
  for await (const event of trainCoordination({ ...options, ...(sentence && { sentence }) })) {
    if (event.type === 'finished') assert.equal(event.reason, 'completed');
  }
  return target;
}

const isMismatch = (error: unknown): boolean => RexError.is(error, 'WEIGHTS_MISMATCH') && Boolean(error.hint);

test('weights that were trained with a sentence encoder say so, and read words that they never saw through it', async () => {
  const encoder = new SubjectEncoder();
  const place = await train('with', encoder);
  assert.deepEqual((await readCoordinationManifest(place)).encoder.sentence, { name: 'subjects/1', size: 4 });
  assert.ok(new Set(encoder.asked).size === encoder.asked.length, 'no text is encoded twice');

  encoder.asked.length = 0;
  using coordinator = await openCoordinator({ folder: place, sentence: encoder });
  const texts = ['zzzz grammar', 'zzzz guide'] as const;
  for (const text of texts) await coordinator.predict({ text });
  assert.deepEqual(encoder.asked, texts);
  const { linear } = coordinator.parts;
  const [grammar, guide] = (await encoder.encode(texts)).map(
    (vector, index) => partScores(linear, encodeTask({ text: texts[index] as string }, smallEncoder, vector)).sentence,
  );
  const [python, docs] = ['python', 'docs'].map((kind) => agentKinds.findIndex(({ name }) => name === kind));
  const [ofGrammar, ofGuide] = [grammar, guide] as [Float32Array, Float32Array];
  assert.ok((ofGrammar[python as number] as number) > (ofGuide[python as number] as number));
  assert.ok((ofGrammar[docs as number] as number) < (ofGuide[docs as number] as number));
});

test('weights and sentence encoder that do not belong together are refused', async () => {
  const [withOne, without] = [await train('needs-one', new SubjectEncoder()), await train('needs-none')];
  const open = (place: string, sentence?: SentenceEncoder) => openCoordinator({ folder: place, sentence });
  await assert.rejects(open(withOne), isMismatch);
  await assert.rejects(open(withOne, new SubjectEncoder('subjects/2')), isMismatch);
  await assert.rejects(open(withOne, new SubjectEncoder('subjects/1', 8)), isMismatch);
  await assert.rejects(open(without, new SubjectEncoder()), isMismatch);
  using opened = await open(without);
  assert.equal(opened.parts.linear.sentence, undefined);
});
