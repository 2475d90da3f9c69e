import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import {
  type Behaviour,
  isRecordedText,
  type RecordedStep,
  readBehaviours,
  toMessage,
  toRequest,
} from './behaviours.ts';
import { differences, type OurStep } from './differences.ts';
import { sendJson } from './http-client.ts';
import { type Served, serveLocal } from './serving.ts';

const behaviours = await readBehaviours();
let served: Served;

before(async () => {
  served = await serveLocal();
});

after(() => served[Symbol.asyncDispose]());

test('every recorded behaviour is there, and every difference belongs to one', () => {
  const names = new Set(behaviours.map(({ name }) => name));
  assert.equal(names.size, 91);
  assert.deepEqual(
    Object.keys(differences).filter((name) => !names.has(name)),
    [],
  );
});

test('the documentation lists every difference', async () => {
  const page = await readFile(new URL('../../../docs/swe-rex.md', import.meta.url), 'utf8');
  const listed = new Set(
    Array.from(page.matchAll(/^\| \*\*(.+?)\*\* \|/gm), ([, names = '']) => names.split(', ')).flat(),
  );
  assert.deepEqual([...listed].sort(), Object.keys(differences).sort());
});

test('recorded behaviours', { concurrency: 8 }, async (group) => {
  await Promise.all(
    behaviours.map((behaviour, index) =>
      group.test(behaviour.name, { skip: lacking(behaviour) }, () => replay(behaviour, `s${index}`)),
    ),
  );
});

/** What a bare machine may lack. */
function lacking({ steps }: Behaviour): string | false {
  const scripts = steps.map(({ cmd }) => cmd).join('\n');
  const needed = ['python', 'less'].find((program) => scripts.includes(program) && !hasProgram(program));
  return needed === undefined ? false : `needs ${needed}`;
}

function hasProgram(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program} && ${program} --version`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function replay(behaviour: Behaviour, session: string): Promise<void> {
  const { url } = served.server;
  await sendJson(url, '/create_session', { session_type: 'bash', session, startup_timeout: 10 });
  for (const [index, step] of behaviour.steps.entries()) {
    const { status, body } = await sendJson(url, '/run_in_session', toRequest(behaviour, step, session));
    const ours = differences[behaviour.name]?.steps[index];
    if (status === 511) checkException(body.swerexception, { ...step, msg: toMessage(behaviour, step) }, ours);
    else checkObservation(body, step, ours);
  }
  await sendJson(url, '/close_session', { session_type: 'bash', session });
}

function checkException(
  actual: { readonly class_path: string; readonly message: string },
  step: RecordedStep,
  ours: OurStep | undefined,
): void {
  assert.equal(actual.class_path, ours?.exc ?? step.exc ?? 'no exception', actual.message);
  checkText(actual.message, ours?.msg ?? step.msg ?? '');
}

function checkObservation(
  actual: { readonly output: string; readonly exit_code: number | null; readonly expect_string: string },
  step: RecordedStep,
  ours: OurStep | undefined,
): void {
  if (ours?.output === undefined) assert.equal(step.exc, undefined, actual.output);
  checkText(actual.output, ours?.output ?? step.output ?? '');
  assert.equal(actual.exit_code, ours?.exit_code === undefined ? step.exit_code : ours.exit_code);
  // The original's splitter fell back to another way of finding the end here; ours has one way.
  const expected = step.expect === 'UNIQUESTRING29234' ? 'SHELLPS1PREFIX' : (step.expect ?? 'SHELLPS1PREFIX');
  assert.equal(actual.expect_string, expected);
}

function checkText(actual: string, expected: string | RegExp): void {
  const shown = actual.length > 2_000 ? `${actual.slice(0, 1_000)} [...] ${actual.slice(-500)}` : actual;
  if (expected instanceof RegExp)
    assert.ok(expected.test(actual), `${JSON.stringify(shown)} does not match ${expected}`);
  else assert.ok(isRecordedText(expected, actual), `${JSON.stringify(shown)} is not ${JSON.stringify(expected)}`);
}
