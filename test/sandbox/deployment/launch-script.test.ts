import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type LaunchPlan,
  launchArguments,
  launchScript,
} from '../../../src/sandbox/deployment/bubblewrap/launch-script.ts';

/** A program in bubblewrap's place: shows its words, what it reads on descriptor 8, and writes to descriptor 9. */
const stand = '#!/bin/sh\nfor word in "$@"; do echo "word $word"; done\ncat <&8\necho end >&9\nulimit -t; ulimit -f\n';

async function prepare(t: TestContext, plan: Partial<LaunchPlan> = {}): Promise<LaunchPlan> {
  const directory = await mkdtemp(join(tmpdir(), "hrm-rex it's "));
  t.after(() => rm(directory, { recursive: true }));
  const bubblewrap = join(directory, 'stand in');
  await writeFile(bubblewrap, stand);
  await chmod(bubblewrap, 0o755);
  const launches = join(directory, 'launches');
  await mkdir(launches);
  await writeFile(join(launches, 'launch-1'), 'the arguments\n');
  const programs = {
    ...{ bubblewrap, shell: '/bin/sh', setpriv: undefined, prlimit: undefined, env: undefined },
    canDisableUserNamespaces: true,
  };
  return {
    programs,
    identity: { uid: 1, gid: 1 },
    limits: {},
    leaked: [],
    launches,
    groups: [],
    resourceLimits: false,
    ...plan,
  };
}

function launch(plan: LaunchPlan, command: readonly string[]) {
  const [program, ...words] = launchArguments(launchScript(plan), '/bin/sh', 'launch-1', command);
  return spawnSync(program, words, { encoding: 'utf8' });
}

test('the way in notes its process, hands over the arguments and becomes bubblewrap', async (t) => {
  const plan = await prepare(t);
  const { stdout, stderr, pid } = launch(plan, ['printf', "a 'b' $c", '']);
  assert.equal(stderr, '');
  assert.deepEqual(
    stdout.split('\n').slice(0, 9),
    ['--args', '8', '--json-status-fd', '9', '--', 'printf', "a 'b' $c", '']
      .map((word) => `word ${word}`)
      .concat('the arguments'),
  );
  assert.equal(await readFile(join(plan.launches, String(pid)), 'utf8'), 'launch-1\nend\n');
});

test('a launch enters its control groups before anything else happens', async (t) => {
  const plan = await prepare(t);
  const group = join(plan.launches, '..', 'group');
  await mkdir(join(group, 'launch-1'), { recursive: true });
  launch({ ...plan, groups: [{ directory: group, entry: 'tasks' }] }, ['true']);
  assert.equal(await readFile(join(group, 'launch-1', 'tasks'), 'utf8'), '0\n');
});

test('nothing runs when a control group cannot be entered', async (t) => {
  const plan = await prepare(t, { groups: [{ directory: '/nonexistent', entry: 'tasks' }] });
  const { status, stdout } = launch(plan, ['true']);
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
});

test('nothing runs when the arguments are missing', async (t) => {
  const plan = await prepare(t);
  await rm(join(plan.launches, 'launch-1'));
  const { status, stdout } = launch(plan, ['true']);
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.ok((await readdir(plan.launches)).length <= 1);
});

test('CPU time and file size are limited on the way in', async (t) => {
  const plan = await prepare(t, { limits: { cpuSeconds: 7, fileSizeBytes: 1000 } });
  assert.match(launch(plan, ['true']).stdout, /\n7\n2\n$/);
});

test('signals that end a tree are ignored on the way and mean something again inside', async (t) => {
  const plan = await prepare(t);
  const script = launchScript({ ...plan, programs: { ...plan.programs, env: '/usr/bin/env' } });
  assert.match(script, /trap '' INT QUIT TERM USR1 USR2/);
  assert.match(script, /'--' '\/usr\/bin\/env' '--default-signal=INT,QUIT,TERM,USR1,USR2' "\$@"$/);
});

test('limits per process are set inside, in front of the command', async (t) => {
  const limits = { memoryBytes: 2 ** 26, processes: 20 };
  const plan = await prepare(t, { limits, resourceLimits: true });
  const script = launchScript({ ...plan, programs: { ...plan.programs, prlimit: '/usr/bin/prlimit' } });
  assert.match(script, /'--' '\/usr\/bin\/prlimit' '--data=67108864:67108864' '--nproc=20:20' "\$@"$/);
});

test('root is dropped before bubblewrap starts', async (t) => {
  const plan = await prepare(t, { identity: { uid: 1000, gid: 100 } });
  const script = launchScript({ ...plan, programs: { ...plan.programs, setpriv: '/usr/bin/setpriv' } });
  assert.match(script, /exec '\/usr\/bin\/setpriv' '--reuid=1000' '--regid=100' '--clear-groups' '--no-new-privs' '/);
});

test('a program with "=" in its name is no variable', () => {
  const words = launchArguments('', '/bin/sh', 'launch-1', ['./a=b', 'c']);
  assert.deepEqual(words.slice(5), ['/bin/sh', '-c', 'exec "$0" "$@"', './a=b', 'c']);
});

test('a bash on the way reads no file of its own and counts as POSIX says', () => {
  const words = launchArguments('', '/usr/bin/bash', 'launch-1', ['true']);
  assert.deepEqual(words.slice(0, 5), ['/usr/bin/bash', '--norc', '--noprofile', '--posix', '-c']);
});

test('descriptors of the parent are closed on the way', async (t) => {
  const plan = await prepare(t);
  const [program, ...words] = launchArguments(launchScript({ ...plan, leaked: [5, 6] }), '/bin/sh', 'launch-1', [
    'true',
  ]);
  await writeFile(plan.programs.bubblewrap, '#!/bin/sh\n[ -e /dev/fd/5 ] || [ -e /dev/fd/6 ] || echo closed\n');
  const stdio = ['ignore', 'pipe', 'inherit', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
  assert.equal(spawnSync(program, words, { encoding: 'utf8', stdio: [...stdio] }).stdout, 'closed\n');
});
