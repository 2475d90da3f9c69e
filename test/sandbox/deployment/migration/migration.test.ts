import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { restoreSession } from '../../../../src/sandbox/deployment/migration/restore-session.ts';
import type { SessionSnapshot } from '../../../../src/sandbox/deployment/migration/session-snapshot.ts';
import { snapshotSession } from '../../../../src/sandbox/deployment/migration/snapshot-session.ts';
import { LocalRuntime } from '../../../../src/sandbox/runtime/local-runtime.ts';
import type { Runtime } from '../../../../src/sandbox/runtime/runtime.ts';
import type { Session } from '../../../../src/sandbox/session/session.ts';
import { TargetRuntime } from '../../../../src/sandbox/target/target-runtime.ts';
import { rejectsWith, scratch } from '../../files/scratch.ts';
import { survey } from '../../files/trees.ts';
import { LocalTarget } from '../../target/local-target.ts';

interface Ends {
  readonly base: string;
  readonly from: Runtime;
  readonly to: Runtime;
}

async function withEnds(context: TestContext, run: (ends: Ends) => Promise<void>): Promise<void> {
  const base = await scratch(context);
  await using from = new LocalRuntime({ cwd: base, env: { ONLY_HERE: 'yes' } });
  await using to = await new TargetRuntime(new LocalTarget({ cwd: base })).open();
  await run({ base, from, to });
}

async function says(session: Session, script: string): Promise<string> {
  return (await session.run(script)).output;
}

const sent = (snapshot: SessionSnapshot): SessionSnapshot => JSON.parse(JSON.stringify(snapshot)) as SessionSnapshot;

test('a session goes on elsewhere where its snapshot was taken', (context) =>
  withEnds(context, async ({ base, from, to }) => {
    await mkdir(join(base, 'work/deep'), { recursive: true });
    await mkdir(join(base, 'work/empty'));
    await writeFile(join(base, 'work/tool'), '#!/bin/sh\necho from the tool\n');
    await chmod(join(base, 'work/tool'), 0o755);
    await symlink('../tool', join(base, 'work/deep/link'));
    const session = await from.createSession({ cwd: join(base, 'work'), env: { GIVEN: 'at the start' } });
    await session.run('shopt -s extglob');
    await session.run(`plain='a  b'; export SHARED=$'tab\\there\\nand a line'
declare -a list=(one 'two three' '' $'f\\nour'); declare -A map=([key]=value ['odd key']='odd "value"')
declare -i number=7; declare -u upper=loud; bytes=$'\\xff\\xfe raw'
greet() { echo "hello $1 from $plain"; case $1 in +(w|x)) echo many;; esac; }; shouted() { echo SHOUTED; }; export -f shouted
alias ll='echo "the alias"'; shopt -s nullglob; set -o pipefail; umask 027; cd deep`);
    const snapshot = await snapshotSession(session, from, {
      directory: join(base, 'kept'),
      workspace: join(base, 'work'),
    });

    const { session: restored, refused } = await restoreSession(sent(snapshot), to, { workspace: join(base, 'moved') });
    assert.deepEqual(refused, []);
    assert.deepEqual(await survey(join(base, 'moved')), await survey(join(base, 'work')));
    assert.equal(await says(restored, 'pwd; ./link'), `${join(base, 'moved/deep')}\nfrom the tool\n`);
    assert.equal(
      await says(restored, 'printf %s "$plain|$SHARED|$GIVEN|$bytes" | od -An -tx1'),
      await says(session, 'printf %s "$plain|$SHARED|$GIVEN|$bytes" | od -An -tx1'),
    );
    assert.equal(
      await says(restored, 'bash -c \'echo "$SHARED-${plain-unset}"; shouted\''),
      'tab\there\nand a line-unset\nSHOUTED\n',
    );
    assert.equal(
      await says(restored, 'declare -p list map number upper'),
      await says(session, 'declare -p list map number upper'),
    );
    assert.equal(await says(restored, 'greet w; ll'), 'hello w from a  b\nmany\nthe alias\n');
    assert.equal(
      await says(restored, 'umask; shopt nullglob extglob; set -o | grep pipefail; echo no-*'),
      await says(session, 'umask; shopt nullglob extglob; set -o | grep pipefail; echo no-*'),
    );
    assert.equal(await says(restored, 'echo "${ONLY_HERE-not carried}"'), 'not carried\n');
    assert.equal(
      await says(session, 'pwd; echo $number'),
      `${join(base, 'work/deep')}\n7\n`,
      'the first one goes on as it was',
    );
  }));

test('what the target gives every shell, and what is read-only, is no part of a snapshot', (context) =>
  withEnds(context, async ({ from }) => {
    const session = await from.createSession({ loadRc: false });
    await session.run('readonly fixed=1; mine=1');
    const snapshot = await snapshotSession(session, from, { workspace: false });
    assert.deepEqual(namesIn(snapshot), ['mine']);
    await session.run('PATH=/only/here:$PATH; unset mine');
    const changed = await snapshotSession(session, from, { workspace: false });
    assert.deepEqual(namesIn(changed), ['PATH']);
    assert.deepEqual(await from.sessions(), ['default'], 'the shell to compare with is closed again');
  }));

const namesIn = ({ variables }: SessionSnapshot): string[] => variables.map(({ name }) => name);

test('any value of any variable comes over, byte for byte', async (context) =>
  withEnds(context, async ({ from, to }) => {
    const bytes = fc.uint8Array({ min: 1, max: 255, maxLength: 60 });
    const session = await from.createSession({ loadRc: false });
    const property = fc.asyncProperty(bytes, fc.boolean(), async (value, exported) => {
      const octal = Array.from(value, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
      await session.run(`unset v; v=$'${octal}'; ${exported ? 'export v' : ':'}`);
      const snapshot = sent(await snapshotSession(session, from, { workspace: false }));
      const { session: restored, refused } = await restoreSession(snapshot, to, { session: { session: 'restored' } });
      assert.deepEqual(refused, []);
      const shown = await says(
        restored,
        `printf %s "$v" | od -An -v -tx1; ${exported ? 'export -p | grep -ac " v="' : ''}`,
      );
      await restored.close();
      const expected = Buffer.from(value).toString('hex');
      assert.equal(shown.replaceAll(/\s/g, ''), `${expected}${exported ? '1' : ''}`);
    });
    await fc.assert(property, { numRuns: 15 });
  }));

test('a session with strict options and noisy traces is read and restored', (context) =>
  withEnds(context, async ({ from, to }) => {
    const session = await from.createSession({ loadRc: false });
    await session.run(
      "trap 'echo trapped' DEBUG; alias printf=false declare=false; IFS=ab; set -euxo posix; kept=xaxb",
    );
    const snapshot = await snapshotSession(session, from, { workspace: false });
    const { session: restored, refused } = await restoreSession(sent(snapshot), to);
    assert.deepEqual(refused, []);
    for (const each of [session, restored]) await each.run('set +x; trap - DEBUG');
    assert.equal(await says(restored, 'echo "$kept-$-"'), await says(session, 'echo "$kept-$-"'));
    assert.match(await says(restored, 'echo "$kept-$-"'), /^xaxb-.*e.*u/);
    await rejectsWith(restored.run('false'), 'SESSION_ENDED');
  }));

test('what a target refuses is told, and the rest comes over', (context) =>
  withEnds(context, async ({ from, to }) => {
    const session = await from.createSession({ loadRc: false, cwd: '/' });
    await session.run('good=1');
    const snapshot = await snapshotSession(session, from, { workspace: false });
    const foreign = {
      ...snapshot,
      cwd: '/no/such/place',
      variables: [...snapshot.variables, { name: 'newer', command: 'declare -@ newer="1"\n' }],
      options: [...snapshot.options, 'shopt -s from_the_future'],
    };
    const { session: restored, refused } = await restoreSession(foreign, to);
    assert.deepEqual(refused, ['shopt -s from_the_future', 'newer', 'cwd']);
    assert.equal(await says(restored, 'echo $good'), '1\n');
  }));

test('a session is left alone while a job of it prints', (context) =>
  withEnds(context, async ({ from }) => {
    const session = await from.createSession({ loadRc: false });
    await session.run('{ while :; do echo noise; done; } &');
    await rejectsWith(snapshotSession(session, from, { workspace: false }), 'SESSION_BUSY');
    await session.run('kill $!; wait');
    assert.equal((await snapshotSession(session, from, { workspace: false })).version, 1);
  }));

test('a snapshot is refused where it would not be whole', (context) =>
  withEnds(context, async ({ base, from, to }) => {
    const session = await from.createSession({ cwd: '/' });
    await assert.rejects(snapshotSession(session, from, { directory: join(base, 'kept') }), {
      code: 'INVALID_ARGUMENT',
    });
    await session.run(`mkdir ${base}/work; cd ${base}/work`);
    await assert.rejects(snapshotSession(session, from), { code: 'INVALID_ARGUMENT' });
    await rejectsWith(snapshotSession(session, from, { directory: base }), 'FILE_EXISTS');
    assert.deepEqual(await readdir(base), ['work']);
    const snapshot = await snapshotSession(session, from, { workspace: false });
    await assert.rejects(restoreSession({ ...snapshot, version: 2 as 1 }, to), { code: 'INVALID_ARGUMENT' });
    assert.deepEqual(await to.sessions(), []);
  }));
