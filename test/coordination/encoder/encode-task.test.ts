import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultEncoder, encodeTask } from '../../../src/coordination/encoder/encode-task.ts';
import { evidenceSize } from '../../../src/coordination/encoder/evidence.ts';
import { hashFeatures, hashText } from '../../../src/coordination/encoder/hash.ts';
import { languagesOf } from '../../../src/coordination/encoder/languages-of.ts';
import { textFeatures, wordsOf } from '../../../src/coordination/encoder/text-features.ts';
import { workspaceFeatures } from '../../../src/coordination/encoder/workspace-features.ts';
import { agentKinds } from '../../../src/coordination/task/agent-kinds.ts';

const workspace = {
  files: 100,
  ext: { rs: 60, py: 20, md: 20 },
  markers: ['ci', 'pm:Cargo.toml', 'docker:Dockerfile'],
};
const row = (evidence: Float32Array, name: string) => {
  const at = agentKinds.findIndex((kind) => kind.name === name) * evidenceSize;
  return [...evidence.subarray(at, at + evidenceSize)];
};

test('identifiers are taken apart into words', () => {
  assert.deepEqual(wordsOf('parseHTMLFile2 in read_me.TXT, größer'), [
    ...['parse', 'html', 'file', '2', 'in', 'read', 'me', 'txt', 'größer'],
  ]);
  assert.deepEqual(wordsOf('修复 バグ'), ['修复', 'バグ']);
});

test('a text has words, pairs, paths and shapes, the first line counts twice', () => {
  const features = textFeatures('Fix parser\n\nsee src/parse.rs and `Parser::next()`');
  for (const name of ['w:fix', 'w:fix parser', 'f:parser', 's:fix', 'x:rs', 'p:src', 'code:::', 'code:quoted']) {
    assert.ok(features.has(name), name);
  }
  assert.equal(features.has('f:see'), false);
  assert.equal(textFeatures('a a a').get('w:a'), 1 + Math.log(3));
});

test('a workspace has languages by share, endings and marker files by name', () => {
  assert.deepEqual(
    languagesOf(workspace).map(({ language, share }) => [language, share]),
    [
      ['rust', 0.75],
      ['python', 0.25],
    ],
  );
  const features = workspaceFeatures({ ...workspace, markers: ['build:deep/down/CMakeLists.txt', 'ci'] });
  for (const name of ['main:rust', 'l:python', 'e:md', 'f:CMakeLists.txt', 'm:ci']) assert.ok(features.has(name), name);
  assert.deepEqual([...workspaceFeatures(undefined)], [['none', 1]]);
});

test('evidence stands in the row of its agent', () => {
  const { evidence } = encodeTask({ text: 'Bump the docker image\n\nuses main.py', workspace });
  assert.deepEqual(
    row(evidence, 'rust')
      .slice(0, 4)
      .map((value) => Number(value.toFixed(3))),
    [0.75, 0.6, 1, 1],
  );
  assert.equal(row(evidence, 'python')[3], 0.5);
  assert.ok((row(evidence, 'python')[6] as number) > 0, 'a python file is named');
  assert.ok((row(evidence, 'docker')[5] as number) === 1, 'the first line speaks of docker');
  assert.ok((row(evidence, 'docker')[7] as number) > 0, 'there is a Dockerfile');
  assert.equal(row(evidence, 'java')[0], 0);
});

test('the same task has the same encoding, whatever it holds; places are in range and ascending', () => {
  const summary = fc.record({
    files: fc.nat(),
    ext: fc.dictionary(fc.string(), fc.nat()),
    markers: fc.array(fc.string()),
  });
  fc.assert(
    fc.property(
      fc.string({ maxLength: 300, unit: 'binary' }),
      fc.option(summary, { nil: undefined }),
      (text, found) => {
        const task = { text, workspace: found };
        const encoded = encodeTask(task);
        assert.deepEqual(encodeTask(task), encoded);
        assert.equal(encoded.tokens.length, defaultEncoder.sequenceLength);
        assert.ok(encoded.tokens.every((token) => token >= 0 && token < defaultEncoder.vocabularySize));
        assert.ok(encoded.evidence.every(Number.isFinite));
        for (const { indices, values } of [encoded.text, encoded.workspace]) {
          assert.ok(values.every(Number.isFinite));
          assert.ok(
            indices.every((place, at) => place < defaultEncoder.featureCount && place > (indices[at - 1] ?? -1)),
          );
        }
      },
    ),
  );
});

test('what stands far behind in a very long text counts for nothing, and nothing breaks', () => {
  const long = 'word '.repeat(20_000);
  assert.deepEqual(encodeTask({ text: `${long}docker` }).text, encodeTask({ text: long }).text);
});

test('features that share a place are added; the hash is the one that weights were trained with', () => {
  const { indices, values } = hashFeatures(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    1,
  );
  assert.deepEqual([[...indices], [...values]], [[0], [3]]);
  assert.equal(new Set(Array.from({ length: 10_000 }, (_, n) => hashText(`feature ${n}`))).size, 10_000);
});
