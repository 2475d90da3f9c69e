import assert from 'node:assert/strict';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Desk } from './rex.ts';

const release = `
name: release
nodes:
  - id: build
    run: |
      echo built >> log
      echo 1.2.3 > version
    outputs: { version: version }
  - id: lint
    run: exit 1
    exitCodes: [0, 1]
  - id: warn
    run: echo warned
    needs: [lint]
    when: lint.exitCode == 1
  - id: praise
    run: echo praised >> log
    needs: [lint]
    when: lint.exitCode == 0
  - id: look
    tool: read_file
    input: { path: version }
    needs: [build]
  - id: add
    agent: adder
    input: [1, 2]
  - id: ship
    run: echo "shipped $(node -p 'JSON.parse(process.env.HRM_REX_INPUTS).build.version')" >> log
    approval: Ship it?
    needs: [build, warn, praise]
agents: agents.mjs
`;
const agents = "export const adder = async ({ input }) => ({ kind: 'done', output: input[0] + input[1] });\n";

test('a graph file runs until it needs an answer, which a later command gives', async () => {
  await using desk = await Desk.open({ 'release.yaml': release, 'agents.mjs': agents });
  const first = await desk.rex('run', 'release.yaml', '--id', 'one');
  assert.equal(first.code, 3, first.stdout + first.stderr);
  assert.match(first.stdout, /praise is skipped, not true: lint\.exitCode == 0/);
  assert.match(first.stdout, /one waiting: 5 of 7 nodes done/);
  assert.match(first.stdout, /ship:1: Ship it\?\n.*resume one --approve ship:1/);

  const unknown = await desk.rex('resume', 'one', '--approve', 'lint');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no open ticket lint: open are ship:1/);

  const listed = JSON.parse((await desk.rex('runs', '--json')).stdout);
  assert.deepEqual(
    listed.map(({ id, status, done, nodes, tickets }: Record<string, unknown>) => [id, status, done, nodes, tickets]),
    [['one', 'waiting', 5, 7, ['ship:1']]],
  );

  const second = await desk.rex('resume', 'one', '--approve', 'ship', '--json');
  assert.equal(second.code, 0, second.stdout + second.stderr);
  const lines = second.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(lines.at(-1), { type: 'result', run: 'one', status: 'done', tickets: [] });
  assert.deepEqual(
    lines.filter(({ type }) => type === 'node.done').map(({ node }) => node),
    ['ship'],
  );
  assert.equal(await readFile(join(desk.directory, 'log'), 'utf8'), 'built\nshipped 1.2.3\n');

  const report = await desk.rex('report', 'one', '--json');
  const nodes = JSON.parse(report.stdout).nodes as { id: string; state: string; log: { text: string }[] }[];
  assert.match(nodes.find(({ id }) => id === 'add')?.log.at(-1)?.text ?? '', /^done: 3$/);
  assert.match((await desk.rex('runs')).stdout, /^one {2}done +6\/7 /);
});

test('a no to an approval fails the run, and the reason is told', async () => {
  await using desk = await Desk.open({
    'a.json': JSON.stringify({ nodes: [{ id: 'a', run: 'echo ran > ran', approval: true }] }),
  });
  assert.equal((await desk.rex('run', 'a.json', '--id', 'one')).code, 3);
  const { code, stdout } = await desk.rex('resume', 'one', '--deny', 'all');
  assert.equal(code, 1);
  assert.match(stdout, /APPROVAL_DENIED|nobody approved/);
  await assert.rejects(stat(join(desk.directory, 'ran')), { code: 'ENOENT' });
});

test('a failing command fails its dependants only, where the file says so', async () => {
  const file = {
    nodes: [
      { id: 'bad', run: 'echo why >&2; exit 7', onFail: 'skip', retries: 0 },
      { id: 'after', run: 'echo', needs: ['bad'] },
      { id: 'slow', run: 'sleep 60', timeoutMs: 300, onFail: 'continue' },
      { id: 'other', run: 'echo other', needs: ['slow'] },
    ],
  };
  await using desk = await Desk.open({ 'a.json': JSON.stringify(file) });
  const { code, stdout } = await desk.rex('run', 'a.json', '--id', 'one');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /bad failed: exit code 7: why/);
  const { nodes } = JSON.parse((await desk.rex('report', 'one', '--json')).stdout);
  assert.deepEqual(
    nodes.map(({ id, state }: Record<string, string>) => [id, state]),
    [
      ['bad', 'failed'],
      ['after', 'skipped'],
      ['slow', 'failed'],
      ['other', 'done'],
    ],
  );
});

const long = `
nodes:
  - id: first
    run: echo first >> log
  - id: long
    run: |
      echo long >> log
      [[ -e go ]] || sleep 60
    needs: [first]
  - id: last
    run: echo last >> log
    needs: [long]
`;

for (const signal of ['SIGKILL', 'SIGINT'] as const) {
  test(`after ${signal} a run goes on where it stood, and nothing is done twice`, async () => {
    await using desk = await Desk.open({ 'a.yaml': long, log: '' });
    const log = join(desk.directory, 'log');
    const { child, ended } = desk.start('run', 'a.yaml', '--id', 'one');
    const changes = watch(log);
    while (!(await readFile(log, 'utf8')).includes('long')) await once(changes, 'change');
    changes.close();
    child.kill(signal);
    const { code, stdout } = await ended;
    assert.equal(code, signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT')
      assert.match(stdout, /one interrupted: 1 of 3 nodes done.*\ngo on with: hrm-rex resume one/);
    assert.match((await desk.rex('runs')).stdout, /^one {2}interrupted +1\/3/);

    await writeFile(join(desk.directory, 'go'), '');
    const again = await desk.rex('resume', 'o');
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.equal(await readFile(log, 'utf8'), 'first\nlong\nlong\nlast\n');
    assert.equal((await desk.rex('report', 'one', '--out', 'r.html')).code, 0);
    assert.match(await readFile(join(desk.directory, 'r.html'), 'utf8'), /stopped and resumed/);
  });
}
