import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readDependencyRows, readTaskRows } from '../../../src/coordination/data/read-rows.ts';
import { RexError } from '../../../src/core/errors.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-rex-rows-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const row = {
  id: 'one',
  source: 'example.org/project',
  licence: 'MIT',
  text: 'Fix it',
  languages: ['go'],
  tools: ['test'],
  domains: [],
  known: ['go', 'rust', 'test'],
  difficulty: { level: 1, basis: 'changed lines', lines: 20 },
  decompose: { value: false, basis: 'commits' },
  evidence: 'more fields may follow',
};

async function file(name: string, lines: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

describe('reading rows', () => {
  for (const name of ['tasks.jsonl', 'tasks.jsonl.gz']) {
    test(`from ${name}`, async () => {
      const rows = await readTaskRows(await file(name, [row, '', { ...row, id: 'two', context: null }]));
      assert.deepEqual(
        rows.map(({ id }) => id),
        ['one', 'two'],
      );
      assert.deepEqual(rows[0]?.agents, ['go', 'test']);
      assert.equal(rows[0]?.decompose, false);
      assert.equal(rows[0]?.split, 'train');
      assert.equal(rows[1]?.context, undefined);
    });
  }

  test('names the line that does not fit', async () => {
    for (const [wrong, reason] of [
      ['{', /line 2: /],
      [{ ...row, languages: ['cobol'] }, /line 2: languages/],
      [{ ...row, difficulty: { level: 7 } }, /line 2: difficulty/],
      [{ ...row, text: undefined }, /line 2: text/],
    ] as const) {
      const path = await file('wrong.jsonl', [row, wrong]);
      await assert.rejects(readTaskRows(path), (error) => {
        assert.ok(RexError.is(error, 'DATA_FILE_CORRUPT'));
        assert.match(error.context.reason, reason);
        return true;
      });
    }
  });

  test('a file that is missing or no gzip is a typed error', async () => {
    const notPacked = await file('plain.jsonl', [row]);
    await writeFile(`${notPacked}.gz`, 'this is no gzip');
    for (const path of [join(folder, 'nowhere.jsonl'), join(folder, 'nowhere.jsonl.gz'), `${notPacked}.gz`]) {
      await assert.rejects(readTaskRows(path), (error) => RexError.is(error, 'DATA_FILE_CORRUPT'));
    }
  });

  test('task graphs join nodes that are there', async () => {
    const graph = { id: 'g', source: 's', kind: 'ci-jobs', request: 'r', nodes: ['a', 'b'], edges: [[1, 0]] };
    assert.deepEqual((await readDependencyRows(await file('graphs.jsonl', [graph])))[0]?.edges, [[1, 0]]);
    for (const edges of [[[0, 2]], [[1, 1]], [[-1, 0]]]) {
      const path = await file('graphs.jsonl', [{ ...graph, edges }]);
      await assert.rejects(readDependencyRows(path), (error) => RexError.is(error, 'DATA_FILE_CORRUPT'));
    }
  });
});
