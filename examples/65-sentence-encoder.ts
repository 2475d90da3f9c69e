// Train coordination heads that read a sentence encoder too: one of your own, or the pretrained one where it is installed.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RexError } from 'hrm-rex';
import {
  agentKinds,
  openCoordinator,
  openSentenceEncoder,
  planTask,
  type SentenceEncoder,
  type TaskRow,
  trainCoordination,
} from 'hrm-rex/coordination';
import { useBackend } from 'hrm-rex/hrm';

// An encoder is a name, a size, and vectors. This one is a glossary: words of one line mean the same.
const glossary = [/crash|panic|segfault|fehler/i, /guide|readme|manual|anleitung/i];
const words: SentenceEncoder = {
  name: 'glossary/1',
  size: glossary.length,
  encode: async (texts) => texts.map((text) => Float32Array.from(glossary, (meaning) => (meaning.test(text) ? 1 : 0))),
};

const known = agentKinds.map(({ name }) => name);
const rows = Array.from({ length: 60 }, (_, index): TaskRow => {
  const isCrash = index % 2 === 0;
  const subjects = isCrash ? ['crash', 'panic', 'segfault'] : ['guide', 'readme', 'manual'];
  return {
    id: `task-${index}`,
    source: `repository-${index % 5}`,
    licence: 'MIT',
    text: `Work on the ${subjects[index % 3]} of case ${index}`,
    agents: isCrash ? ['debug', 'test'] : ['docs'],
    known,
    effort: isCrash ? { debug: 0.6, test: 0.4 } : { docs: 1 },
    difficulty: { level: isCrash ? 1 : 0, lines: isCrash ? 40 : 5 },
    decompose: false,
    split: index >= 50 ? 'val' : 'train',
  };
});

await useBackend('wasm');
const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-sentence-'));
try {
  const config = { core: { sequenceLength: 24, vocabularySize: 256, hiddenSize: 16, headCount: 2, maxSteps: 2 } };
  const encoder = { version: 1, sequenceLength: 24, vocabularySize: 256, featureCount: 4_096 } as const;
  for await (const event of trainCoordination({ rows, folder, config, encoder, sentence: words, epochs: 1, seed: 1 })) {
    if (event.type === 'finished') console.log(`trained ${event.step} steps, ${event.reason}`);
  }

  // Weights that were trained with an encoder always need it, and say so.
  await assert.rejects(openCoordinator({ folder }), (error) => {
    assert.ok(RexError.is(error, 'WEIGHTS_MISMATCH'));
    console.log(error.message);
    return true;
  });
  using coordinator = await openCoordinator({ folder, sentence: words });
  const plan = await planTask({ text: 'Work on the manual' }, coordinator);
  console.log(plan.agents.slice(0, 3).map(({ agent, probability }) => `${agent} ${probability.toFixed(2)}`));
  assert.equal(plan.agents[0]?.agent, 'docs');

  // The pretrained one is two optional packages; without them the error names the install command.
  try {
    using pretrained = await openSentenceEncoder();
    const [first, second, third] = await pretrained.encode(['The test fails.', 'A test is failing', 'I like bananas']);
    assert.ok(likeness(first, second) > likeness(first, third));
    console.log(
      `${pretrained.name}: ${likeness(first, second).toFixed(2)} against ${likeness(first, third).toFixed(2)}`,
    );
  } catch (error) {
    if (!RexError.is(error, 'DEPENDENCY_MISSING')) throw error;
    console.log(`not installed: ${error.context.install}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function likeness(first: Float32Array = new Float32Array(0), second: Float32Array = new Float32Array(0)): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0);
}
