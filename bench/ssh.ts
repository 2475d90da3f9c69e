// Runs itself again with two SSH servers of its own (scripts/run-ssh-tests.sh) where none is given.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomId } from '../src/core/ids.ts';
import { SshDeployment } from '../src/sandbox/deployment/ssh/ssh-deployment.ts';
import type { SshDeploymentOptions } from '../src/sandbox/deployment/ssh/ssh-options.ts';
import { SshTarget } from '../src/sandbox/deployment/ssh/ssh-target.ts';
import { median, once, paired, type Row, report, times } from './measure.ts';

const configFile = process.env.HRM_REX_SSH_CONFIG;
if (configFile === undefined) {
  const argv = [process.execPath, '--import', 'tsx', ...process.argv.slice(1)];
  const { status } = spawnSync('bash', ['scripts/run-ssh-tests.sh', ...argv], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  report('SSH over loopback', [
    ...(await measure({ host: 'host', configFile }, 'straight', true)),
    ...(await measure({ host: 'behind', configFile }, 'through the jump host', false)),
    ...(await measureUpload({ host: 'host', configFile }, configFile)),
  ]);
}

async function measure(options: SshDeploymentOptions, way: string, targeted: boolean): Promise<Row[]> {
  const limit = (most: number) => (targeted ? { target: { most } } : {});
  const connects = await times(10, async () => (await SshTarget.connect(options)).close());
  await using deployment = await new SshDeployment(options).start();
  const { runtime } = deployment;
  const executes = await times(100, () => runtime.execute(['true']));
  const session = await runtime.createSession({ loadRc: false });
  const runs = await times(300, () => session.run('true'));
  const row = (what: string, values: readonly number[], most: number): Row => ({
    what: `${what}, ${way}, median of ${values.length}`,
    value: median(values),
    unit: 'ms',
    ...limit(most),
  });
  return [row('connect', connects, 150), row('command in a session', runs, 5), row('execute', executes, 15)];
}

/** 100 MB in 400 files, by us and by scp in turn. */
async function measureUpload(options: SshDeploymentOptions, configFile: string): Promise<Row[]> {
  const source = await mkdtemp(join(tmpdir(), 'hrm-rex-bench-'));
  try {
    const megabytes = 100;
    const content = Buffer.alloc(250_000, randomId(1000));
    for (let index = 0; index < (megabytes * 1_000_000) / content.length; index++) {
      await mkdir(join(source, `d${index % 20}`), { recursive: true });
      await writeFile(join(source, `d${index % 20}/file-${index}`), content);
    }
    await using deployment = await new SshDeployment(options).start();
    const { files } = deployment.runtime;
    const place = `/tmp/hrm-rex-bench-${randomId()}`;
    await files.mkdir(place);
    let count = 0;
    const scp = promisify(execFile);
    const [ours, theirs] = await paired(
      5,
      () => files.upload(source, `${place}/ours-${count++}`),
      () => scp('scp', ['-q', '-r', '-F', configFile, source, `host:${place}/theirs-${count++}`]),
    );
    const single = join(source, 'single');
    await writeFile(single, Buffer.alloc(megabytes * 1_000_000, 'x'));
    const sent = await once(() => files.upload(single, `${place}/single`));
    await files.remove(place, { recursive: true });
    const rate = (milliseconds: number): number => (megabytes * 1_000) / milliseconds;
    return [
      {
        what: 'upload of a directory of 100 MB, median of 5',
        value: rate(median(ours)),
        unit: 'MB/s',
        reference: rate(median(theirs)),
        against: '`scp -r`',
        target: { least: Math.round(0.6 * rate(median(theirs))) },
      },
      { what: 'upload of a file of 100 MB', value: rate(sent), unit: 'MB/s' },
    ];
  } finally {
    await rm(source, { recursive: true });
  }
}
