import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listFacts, nameOf } from '../../../src/coordination/order/list-facts.ts';
import { stemOf } from '../../../src/coordination/order/stem.ts';
import { subtaskRelations } from '../../../src/coordination/order/subtask-relations.ts';

const tasks = ['Chop an onion', 'Fry the chopped onion', 'Set the table'];

test('forms of a word share a stem, short words stay', () => {
  assert.deepEqual(['chop', 'chopped', 'chopping'].map(stemOf), ['chop', 'chop', 'chop']);
  assert.deepEqual(['validates', 'validation', 'validated'].map(stemOf), ['valid', 'valid', 'valid']);
  assert.deepEqual(['use', 'is', ''].map(stemOf), ['use', 'is', '']);
});

test('what is shared counts, and where: a verb said again, an object that is known by then', () => {
  const relations = subtaskRelations('Make dinner with an onion', tasks);
  const [chopFry, fryChop, chopSet] = [relations(0, 1), relations(1, 0), relations(0, 2)];
  assert.ok((chopFry[0] as number) > 0, 'chop and onion are shared');
  assert.equal(chopSet[0], 0, 'nothing is shared');
  assert.deepEqual([chopFry[13], fryChop[13]], [1, 0], '"the chopped" is known where it is fried');
  assert.deepEqual([chopFry[15], fryChop[16]], [1, 1], '"an onion" is new where it is chopped');
  assert.deepEqual(
    [chopFry[17], chopFry[18]],
    [1, 0],
    'the second says the verb of the first, the first not that of the second',
  );
  assert.deepEqual([fryChop[17], fryChop[18]], [0, 1]);
});

test('a method that says the name of another one is told from one that does not', () => {
  const methods = ['_check_row: look for five in a row', 'winner: check each row', 'reset: clear the board'];
  const relations = subtaskRelations('A game', methods);
  const named = (first: number, second: number) => relations(first, second)[23] as number;
  assert.ok(named(0, 1) > named(0, 2));
  assert.deepEqual(relations(0, 1).slice(25, 27), [1, 0], 'the first is private');
});

test('every pair of any texts has as many facts, all finite', () => {
  const texts = [
    '',
    '   ',
    'the of and',
    '日本語のテキスト',
    'a'.repeat(5_000),
    'find_user: finds',
    'find_user: finds',
  ];
  const relations = subtaskRelations('', texts);
  const sizes = new Set<number>();
  for (const first of texts.keys()) {
    for (const second of texts.keys()) {
      if (first === second) continue;
      const facts = relations(first, second);
      sizes.add(facts.length);
      assert.ok(facts.every(Number.isFinite), `${first} ${second}: ${facts}`);
    }
  }
  assert.equal(sizes.size, 1);
});

test('a list tells by its writing what it is a list of', () => {
  assert.equal(nameOf('build-image (docker)'), 'build-image');
  assert.equal(nameOf('Chop an onion'), undefined);
  const [plan, methods] = [listFacts('How to cook?', tasks), listFacts('A store', ['add: adds it', 'get: gives it'])];
  assert.equal(plan.length, methods.length);
  assert.notDeepEqual(plan, methods);
});
