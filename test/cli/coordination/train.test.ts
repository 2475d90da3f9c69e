import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { trainCommand } from '../../../src/cli/train.ts';
import { RexError } from '../../../src/core/errors.ts';

const row = (index: number) => ({
  id: `row-${index}`,
  source: `example.org/project-${index % 4}`,
  licence: 'MIT',
  text: index % 2 === 0 ? 'Fix the parser' : 'Write a guide',
  languages: index % 2 === 0 ? ['go'] : [],
  domains: index % 2 === 0 ? [] : ['docs'],
  known: ['go', 'rust', 'docs'],
  split: index % 4 === 3 ? 'val' : 'train',
});

test('train coordination writes a folder of weights from rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-rex-train-'));
  try {
    const data = join(folder, 'tasks.jsonl');
    await writeFile(data, Array.from({ length: 16 }, (_, index) => JSON.stringify(row(index))).join('\n'));
    const out = join(folder, 'out');
    const size = ['--epochs', '1', '--batch', '8', '--hidden', '8', '--heads', '2', '--max-steps', '1'];
    const rest = ['--recovery-rows', '10', '--backend', 'wasm', '--seed', '3', '--ablate', 'agent-tokens'];
    assert.equal(await trainCommand(['coordination', '--data', data, '--out', out, ...size, ...rest]), 0);
    assert.deepEqual((await readdir(out)).sort(), [
      'README.md',
      'curves.html',
      'manifest.json',
      'model.safetensors',
      'run',
    ]);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as {
      readonly config: { readonly readout: string };
      readonly notes: { readonly seed: string };
    };
    assert.equal(manifest.config.readout, 'decision');
    assert.equal(manifest.notes.seed, '3');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('train coordination says what is missing', async () => {
  for (const args of [[], ['--data', 'x.jsonl'], ['--data', 'x', '--out', 'y', '--ablate', 'everything']]) {
    await assert.rejects(trainCommand(['coordination', ...args]), (error) => RexError.is(error, 'INVALID_ARGUMENT'));
  }
});
