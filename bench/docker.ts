/** Speed of Docker deployments: `npm run bench -- docker [--json FILE]`, with HRM_REX_IMAGE an image that has bash. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DockerDeployment } from '../src/sandbox/index.ts';
import { median, once, paired, quantile, type Row, report, times } from './measure.ts';

const image = process.env.HRM_REX_IMAGE ?? process.env.HRM_REX_BASH_IMAGE ?? 'debian:stable-slim';
const docker = async (...args: string[]) => await promisify(execFile)('docker', args);
const options = { image, network: 'none' } as const;
const rows: Row[] = [];

await starts();
await commands();
await manyContainers();
await transfers();
report('docker', rows);

async function starts(): Promise<void> {
  const made: DockerDeployment[] = [];
  const [ours, theirs] = await paired(
    10,
    async () => {
      const deployment = await new DockerDeployment(options).start();
      made.push(deployment);
      await deployment.runtime.execute('echo hi');
    },
    () => docker('run', '--rm', '--init', '--network', 'none', image, 'sh', '-c', 'echo hi'),
  );
  const stops = await times(made.length, async () => await made.pop()?.stop());
  rows.push({
    what: "start to the first command's output, median",
    value: median(ours),
    unit: 'ms',
    reference: median(theirs),
    against: 'docker run --rm',
    target: { most: 1000, ratio: 1.3 },
  });
  rows.push({ what: 'stop, median', value: median(stops.slice(0, -2)), unit: 'ms' });
}

async function commands(): Promise<void> {
  await using deployment = await new DockerDeployment(options).start();
  const { runtime, containerName } = deployment;
  for (const pty of [false, true]) {
    await using session = await runtime.createSession({ session: `echo-${pty}`, pty, loadRc: false });
    const found = await times(200, () => session.run('echo hi'));
    const what = `session.run('echo hi'), ${pty ? 'terminal' : 'pipes'}, median`;
    rows.push({ what, value: median(found), unit: 'ms', target: { most: 5 } });
    rows.push({ what: '– 95th percentile', value: quantile(found, 0.95), unit: 'ms' });
  }
  const [ours, theirs] = await paired(
    20,
    () => runtime.execute(['true']),
    () => docker('exec', containerName as string, 'true'),
  );
  rows.push({
    what: "execute(['true']), median",
    value: median(ours),
    unit: 'ms',
    reference: median(theirs),
    against: 'docker exec',
  });
}

async function manyContainers(): Promise<void> {
  const deployments = Array.from({ length: 50 }, () => new DockerDeployment(options));
  try {
    const total = await once(async () => {
      await Promise.all(
        deployments.map(async (deployment, index) => {
          const { runtime } = await deployment.start();
          const session = await runtime.createSession({ loadRc: false });
          if ((await session.run(`echo ${index}`)).output !== `${index}\n`)
            throw new Error('a session answered wrongly');
        }),
      );
    });
    rows.push({ what: '50 containers started at once, a session and a command in each', value: total, unit: 'ms' });
    const together = await once(() =>
      Promise.all(deployments.map(({ runtime }) => runtime.session().run('sleep 0.1; echo hi'))),
    );
    rows.push({ what: '– then sleep 0.1; echo in all 50 at once', value: together, unit: 'ms' });
  } finally {
    rows.push({
      what: '– stopping all 50',
      value: await once(() => Promise.all(deployments.map((each) => each.stop()))),
      unit: 'ms',
    });
  }
}

async function transfers(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));
  const tree = join(directory, 'tree');
  for (let folder = 0; folder < 20; folder++) {
    await mkdir(join(tree, `${folder}`), { recursive: true });
    for (let file = 0; file < 10; file++)
      await writeFile(join(tree, `${folder}`, `${file}`), Buffer.alloc(500_000, file + 1));
  }
  await using deployment = await new DockerDeployment(options).start();
  const name = deployment.containerName as string;
  let count = 0;
  try {
    const [ours, theirs] = await paired(
      5,
      () => deployment.runtime.upload(tree, `/tmp/ours-${count++}`),
      () => docker('cp', tree, `${name}:/tmp/theirs-${count}`),
    );
    rows.push({
      what: 'upload of a directory of 100 MB, median',
      value: 100_000 / median(ours),
      unit: 'MB/s',
      reference: 100_000 / median(theirs),
      against: 'docker cp',
      target: { least: Math.round((0.6 * 100_000) / median(theirs)) },
    });
    const [down, copied] = await paired(
      5,
      () => deployment.runtime.download('/tmp/ours-0', join(directory, `ours-${count++}`)),
      () => docker('cp', `${name}:/tmp/ours-0`, join(directory, `theirs-${count}`)),
    );
    rows.push({
      what: 'download of the same, median',
      value: 100_000 / median(down),
      unit: 'MB/s',
      reference: 100_000 / median(copied),
      against: 'docker cp',
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
