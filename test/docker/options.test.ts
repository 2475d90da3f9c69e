import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DockerDeploymentOptions } from '../../src/sandbox/deployment/docker/docker-options.ts';
import { getDeployment } from '../../src/sandbox/deployment/get-deployment.ts';
import { makeScratch } from '../scratch-directory.ts';
import { bashImage, busyboxImage, docker, startDeployment } from './engine.ts';

/** What a script prints in a container of these options. */
async function output(t: TestContext, options: DockerDeploymentOptions, script: string): Promise<string> {
  const { runtime } = await startDeployment(t, options);
  return (await runtime.execute(script, { streams: 'merged' })).output;
}

test('a container is hardened: no capability, no new rights, a process limit, an init', async (t) => {
  const deployment = await startDeployment(t, { image: bashImage });
  const { stdout } = await deployment.runtime.execute(
    'grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; cat /proc/1/comm',
  );
  assert.deepEqual(stdout.match(/\S+$/gm), [
    '0000000000000000',
    '0000000000000000',
    '1',
    stdout.trim().split('\n').at(-1),
  ]);
  assert.doesNotMatch(stdout, /^sh$/m);
  const forks = await deployment.runtime.execute(
    'i=0; while [ $i -lt 1200 ]; do sleep 60 & i=$((i+1)); done; echo all',
    { timeoutMs: 60_000 },
  );
  assert.notEqual(forks.stdout, 'all\n');
  assert.match(forks.stderr, /fork|resource/i);
});

test('the defaults are widened by name', async (t) => {
  const script =
    'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; touch /tmp/f && chown 7 /tmp/f && stat -c %u /tmp/f';
  const options = { capabilities: ['CHOWN'], allow: ['new-privileges'] } as const;
  assert.match(
    await output(t, { image: bashImage, ...options }, script),
    /CapEff:\s0000000000000001\nNoNewPrivs:\s0\n7\n/,
  );
});

test('user, working directory, environment, labels and host name are the container’s', async (t) => {
  const deployment = await startDeployment(t, {
    image: busyboxImage,
    user: '1000:1000',
    workingDirectory: '/made/for/it',
    env: { GREETING: 'two words' },
    labels: { 'hrm-rex-test': 'label' },
    hostname: 'box',
  });
  const { runtime, containerId } = deployment;
  const { stdout } = await runtime.execute('id -u; pwd; echo "$GREETING"; hostname');
  assert.equal(stdout, '1000\n/made/for/it\ntwo words\nbox\n');
  assert.equal(docker('inspect', '-f', '{{index .Config.Labels "hrm-rex-test"}}', containerId as string), 'label');
});

test('mounts: a directory of this machine, read-only or not, a volume, and memory', async (t) => {
  const directory = await makeScratch(t);
  await writeFile(join(directory, 'note'), 'from outside\n');
  const volume = `hrm-rex-test-${process.pid}`;
  const mounts = [
    { type: 'bind', source: directory, target: '/in' },
    { type: 'bind', source: directory, target: '/ro', readOnly: true },
    { type: 'volume', source: volume, target: '/volume' },
    { type: 'tmpfs', target: '/memory', sizeBytes: 65536 },
  ] as const;
  const deployment = await startDeployment(t, { image: bashImage, mounts });
  const { runtime } = deployment;
  const { stdout } = await runtime.execute(
    'cat /ro/note; echo inside > /in/back; echo x > /ro/y || echo refused; stat -f -c %T /memory',
  );
  assert.match(stdout, /^from outside\nrefused\ntmpfs\n$/);
  assert.equal(await readFile(join(directory, 'back'), 'utf8'), 'inside\n');
  await mkdir(join(directory, 'tree'));
  await writeFile(join(directory, 'tree/leaf'), 'leaf\n');
  for (const place of ['/volume/tree', '/memory/tree', '/in/copy', '/plain/tree']) {
    await runtime.upload(join(directory, 'tree'), place);
    assert.equal(await runtime.readFile(`${place}/leaf`), 'leaf\n', place);
    await runtime.download(place, join(directory, `back-of-${place.replaceAll('/', '-')}`));
  }
  assert.equal(await readFile(join(directory, 'back-of--memory-tree/leaf'), 'utf8'), 'leaf\n');
  assert.equal(await readFile(join(directory, 'back-of--plain-tree/leaf'), 'utf8'), 'leaf\n');
  await deployment.stop();
  docker('volume', 'rm', volume);
});

test('an upload belongs to the user of the container, also through links and onto a read-only root', async (t) => {
  const directory = await makeScratch(t);
  await writeFile(join(directory, 'file'), 'content\n');
  const mounts = [{ type: 'tmpfs', target: '/tmp' }] as const;
  for (const readOnlyRoot of [false, true]) {
    const deployment = await startDeployment(t, { image: bashImage, user: '1000:1000', readOnlyRoot, mounts });
    const { runtime } = deployment;
    await runtime.execute('mkdir /tmp/real && ln -s /tmp/real /tmp/link');
    for (const place of ['/tmp/link/up', ...(readOnlyRoot ? [] : ['/home/sandbox/up'])]) {
      await runtime.upload(directory, place);
      assert.equal((await runtime.execute(`stat -c %u:%g ${place} ${place}/file`)).stdout, '1000:1000\n1000:1000\n');
    }
    await assert.rejects(runtime.upload(directory, '/root/up'));
    await deployment.stop();
  }
});

test('limits are enforced: processes, file size, processor time', async (t) => {
  const limits = { processes: 20, fileSizeBytes: 4096, cpus: 0.5, openFiles: 50 };
  const { runtime, containerId } = await startDeployment(t, { image: bashImage, limits });
  const big = await runtime.execute('head -c 10000 /dev/zero > /tmp/big; stat -c %s /tmp/big');
  assert.match(big.stdout, /^4096$/m);
  assert.equal((await runtime.execute('ulimit -n')).stdout, '50\n');
  const forks = await runtime.execute(
    'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do sleep 30 & done; wait',
    { timeoutMs: 20_000 },
  );
  assert.notEqual(forks.exitCode, 0);
  assert.equal(docker('inspect', '-f', '{{.HostConfig.NanoCpus}}', containerId as string), '500000000');
});

test('network none has a loopback alone, bridge has more, a network goes by its name', async (t) => {
  const script = 'ls /sys/class/net';
  assert.equal(await output(t, { image: busyboxImage, network: 'none' }, script), 'lo\n');
  assert.match(await output(t, { image: busyboxImage, network: 'bridge' }, script), /eth0/);
  const network = `hrm-rex-test-${process.pid}`;
  docker('network', 'create', network);
  try {
    const deployment = await startDeployment(t, { image: busyboxImage, network });
    const { stdout } = await deployment.runtime.execute(`nslookup ${deployment.containerName} 127.0.0.11`);
    assert.match(stdout, /Address/);
    await deployment.stop();
  } finally {
    docker('network', 'rm', network);
  }
});

test('a published port is open to this machine alone, and told', async (t) => {
  const deployment = await startDeployment(t, {
    image: busyboxImage,
    network: 'bridge',
    ports: [{ containerPort: 8000 }],
  });
  const { runtime } = deployment;
  await runtime.execute('mkdir /www; echo hello > /www/index.html');
  const server = await runtime.spawn('httpd -f -p 8000 -h /www');
  await runtime.execute('until grep -q :1F40 /proc/net/tcp /proc/net/tcp6; do sleep 0.05; done', { timeoutMs: 30_000 });
  const [port] = await deployment.ports();
  assert.equal(port?.containerPort, 8000);
  assert.equal(port?.hostAddress, '127.0.0.1');
  const url = `http://${port?.hostAddress}:${port?.hostPort}/`;
  assert.equal(await (await fetch(url, { headers: { connection: 'close' } })).text(), 'hello\n');
  await server.kill();
});

test('an image is built from a directory without what `.dockerignore` names, and removed when that is asked', async (t) => {
  const directory = await makeScratch(t);
  await writeFile(
    join(directory, 'Dockerfile'),
    `FROM ${busyboxImage}\nARG WORD\nCOPY . /context\nRUN echo "$WORD" > /word\n`,
  );
  await writeFile(join(directory, '.dockerignore'), 'secret\n');
  await writeFile(join(directory, 'secret'), 'secret');
  await writeFile(join(directory, 'kept'), 'kept\n');
  const heard: string[] = [];
  const deployment = await startDeployment(t, {
    build: { directory, args: { WORD: 'built' }, tag: `hrm-rex-test/built:${process.pid}` },
    removeImage: true,
    onProgress: ({ type, message }) => heard.push(`${type} ${message}`),
  });
  assert.equal(
    (await deployment.runtime.execute('cat /word /context/kept; ls /context')).stdout,
    'built\nkept\nDockerfile\nkept\n',
  );
  assert.ok(heard.some((message) => message.startsWith('build Step 1/')));
  await deployment.stop();
  assert.equal(docker('images', '-q', `hrm-rex-test/built:${process.pid}`), '');
});

test('a step of a build that fails says which, and leaves nothing', async (t) => {
  const directory = await makeScratch(t);
  await writeFile(join(directory, 'Dockerfile'), `FROM ${busyboxImage}\nLABEL hrm-rex-test=failing\nRUN exit 7\n`);
  await assert.rejects(startDeployment(t, { build: directory }), /exit 7.*code: 7/);
  assert.equal(docker('ps', '-aq', '--filter', 'status=exited', '--filter', 'label=hrm-rex-test=failing'), '');
});

test('an existing container is worked in and left as it was', async (t) => {
  const name = `hrm-rex-test-existing-${process.pid}`;
  docker('run', '-d', '--name', name, '--network', 'none', busyboxImage, 'sleep', '1000');
  t.after(() => docker('rm', '-f', name));
  const deployment = await startDeployment(t, { container: name, env: { ADDED: 'yes' }, workingDirectory: '/tmp' });
  await using session = await deployment.runtime.createSession({ loadRc: false });
  assert.equal((await session.run('echo "$ADDED"; pwd')).output, 'yes\n/tmp\n');
  await deployment.runtime.spawn('sleep 999');
  await deployment.stop();
  assert.equal(docker('inspect', '-f', '{{.State.Running}}', name), 'true');
  assert.doesNotMatch(docker('top', name), /sleep 999/);
  await assert.rejects(startDeployment(t, { container: 'hrm-rex-test-nobody' }), /no such container/);
});

test('a container that is kept is stopped and stays', async (t) => {
  const deployment = await startDeployment(t, { image: busyboxImage, removeContainer: false });
  const name = deployment.containerName as string;
  t.after(() => docker('rm', '-f', name));
  await deployment.runtime.writeFile('/result', 'kept');
  await deployment.stop();
  assert.equal(docker('inspect', '-f', '{{.State.Running}}', name), 'false');
});

test('a command on a terminal and one without', async (t) => {
  const { runtime } = await startDeployment(t, { image: bashImage });
  const onTerminal = await runtime.spawn('tty; stty size', { pty: { columns: 91, rows: 17 } });
  assert.match((await onTerminal.result()).output, /^\/dev\/pts\/\d+\r\n17 91\r\n$/);
  assert.match((await runtime.execute('tty')).stdout, /not a tty/);
});

test('stats tell what the container uses', async (t) => {
  const deployment = await startDeployment(t, { image: busyboxImage, limits: { memoryBytes: 64 * 1024 * 1024 } });
  const busy = await deployment.runtime.spawn('while :; do :; done');
  const stats = await deployment.stats();
  await busy.kill();
  assert.equal(stats.memoryLimitBytes, 64 * 1024 * 1024);
  assert.ok(stats.memoryBytes > 0 && stats.processes > 1 && stats.cpuSeconds > 0 && stats.cpus > 0);
});

test('a configuration makes the same deployment', async (t) => {
  const deployment = getDeployment({ type: 'docker', image: busyboxImage, network: 'none', env: { A: 'b' } });
  t.after(() => deployment.stop());
  await deployment.start();
  assert.equal((await deployment.runtime.execute('echo $A')).stdout, 'b\n');
});

test('a container ends at once when it is told to', async (t) => {
  const { containerId } = await startDeployment(t, { image: busyboxImage });
  docker('stop', '-t', '60', containerId as string);
  assert.equal(docker('inspect', '-f', '{{.State.ExitCode}}', containerId as string), '143');
});
