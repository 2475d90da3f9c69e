import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deferred } from '../../../src/core/deferred.ts';
import { RexError } from '../../../src/core/errors.ts';
import { type LedgerLimits, type Outcome, RequestLedger } from '../../../src/sandbox/server/request-ledger.ts';

const generous: LedgerLimits = { maxKeptAnswers: 1_000, maxKeptBytes: 1e9, maxKeptMs: 1e9 };

function answer(body: string, keep = true): Outcome {
  return { answer: { status: 200, type: 'text/plain', body }, keep };
}

test('runs the work of an id once, whether its repeats come early or late', async () => {
  const ledger = new RequestLedger(generous);
  const gate = deferred<Outcome>();
  let runs = 0;
  const work = () => {
    runs++;
    return gate.promise;
  };
  const calls = [ledger.open('a', 'f', work), ledger.open('a', 'f', work)];
  gate.resolve(answer('done'));
  calls.push(ledger.open('a', 'f', work));
  for (const call of calls) assert.equal((await call.result).answer.body, 'done');
  await calls[0]?.result;
  assert.equal((await ledger.open('a', 'f', work).result).answer.body, 'done');
  assert.equal(runs, 1);
});

test('refuses an id that another request has used', async () => {
  const ledger = new RequestLedger(generous);
  await ledger.open('a', 'one', async () => answer('')).result;
  assert.throws(
    () => ledger.open('a', 'another', async () => answer('')),
    (error) => RexError.is(error, 'INVALID_ARGUMENT'),
  );
});

test('runs again what did nothing the first time', async () => {
  const ledger = new RequestLedger(generous);
  await ledger.open('a', 'f', async () => answer('broke off', false)).result;
  assert.equal((await ledger.open('a', 'f', async () => answer('whole')).result).answer.body, 'whole');
});

test('a cancelled call ends, also when the word comes before the call', async () => {
  const ledger = new RequestLedger(generous);
  const work = (signal: AbortSignal) =>
    new Promise<Outcome>((resolve) => {
      if (signal.aborted) resolve(answer('cancelled'));
      signal.addEventListener('abort', () => resolve(answer('cancelled')));
    });
  const call = ledger.open('a', 'f', work);
  assert.equal(ledger.cancel('a'), true);
  assert.equal((await call.result).answer.body, 'cancelled');
  assert.equal(ledger.cancel('b'), false);
  assert.equal((await ledger.open('b', 'f', work).result).answer.body, 'cancelled');
});

test('keeps within count, bytes and age, and never runs twice what it forgot', async () => {
  let now = 0;
  const limits: LedgerLimits = { maxKeptAnswers: 10, maxKeptBytes: 10_000, maxKeptMs: 100 };
  const step = fc.record({ size: fc.nat(4_000), pause: fc.nat(30) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const ledger = new RequestLedger(limits, () => now);
      const runs = new Map<string, number>();
      for (const [index, { size, pause }] of steps.entries()) {
        const id = String(index);
        const work = async () => {
          runs.set(id, (runs.get(id) ?? 0) + 1);
          return answer('x'.repeat(size));
        };
        await ledger.open(id, 'f', work).result;
        assert.ok(ledger.kept.answers <= limits.maxKeptAnswers);
        assert.ok(ledger.kept.bytes <= limits.maxKeptBytes);
        now += pause;
      }
      for (const id of runs.keys()) {
        try {
          await ledger.open(id, 'f', async () => {
            runs.set(id, 2);
            return answer('');
          }).result;
        } catch (error) {
          assert.ok(RexError.is(error, 'OUTCOME_UNKNOWN'));
        }
      }
      assert.ok([...runs.values()].every((count) => count === 1));
      ledger.clear();
      assert.deepEqual(ledger.kept, { answers: 0, bytes: 0 });
    }),
  );
});
