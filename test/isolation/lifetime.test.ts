import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { LocalDeployment } from '../../src/sandbox/deployment/local-deployment.ts';
import { eventually, isolated, processesWith, startSandbox } from './bubblewrap.ts';

/** Directories and control groups that sandboxes of a process have on this machine. */
function traces(pid: number): string[] {
  const name = new RegExp(`^hrm-rex-sandbox-\\d+-${pid}-`);
  const groups = execFileSync('find', [
    '/sys/fs/cgroup',
    '-maxdepth',
    '6',
    '-type',
    'd',
    '-name',
    `hrm-rex-sandbox-*-${pid}-*`,
  ]);
  return [
    ...readdirSync(tmpdir()).filter((entry) => name.test(entry)),
    ...groups.toString().split('\n').filter(Boolean),
  ];
}

isolated('nothing is left after a stop: no process, no control group, no directory', async () => {
  const deployment = await new LocalDeployment({ isolation: 'bubblewrap', limits: { cpuSeconds: 100 } }).start();
  const { runtime } = deployment;
  const workspace = (await runtime.execute('pwd')).stdout.trim();
  assert.ok(existsSync(workspace));
  await runtime.spawn(['sleep', '1000.25']);
  const session = await runtime.createSession();
  await session.run('setsid nohup sleep 1000.25 >/dev/null 2>&1 & mkdir -p locked/deep; chmod 0 locked/deep locked');
  await deployment.stop();
  assert.deepEqual(processesWith('1000.25'), []);
  assert.equal(existsSync(dirname(workspace)), false);
  assert.deepEqual(traces(process.pid), []);
});

isolated('a sandbox that is stopped can be started again, with a new workspace', async (t) => {
  const deployment = new LocalDeployment({ isolation: 'bubblewrap' });
  t.after(() => deployment.stop());
  await (await deployment.start()).runtime.writeFile('file', 'x');
  await deployment.stop();
  const { runtime } = await deployment.start();
  assert.deepEqual(await runtime.files.list('.'), []);
});

isolated('a start tells each step', async () => {
  const heard: string[] = [];
  const deployment = new LocalDeployment({ isolation: 'bubblewrap' });
  deployment.addHook({ onCustomStep: (message) => heard.push(message) });
  await deployment.start();
  await deployment.stop();
  assert.deepEqual(heard, ['Starting sandbox', 'Starting runtime', 'Stopping runtime']);
});

isolated('what a command leaves running ends with it', async (t) => {
  const runtime = await startSandbox(t);
  await runtime.execute('setsid nohup sleep 1000.5 >/dev/null 2>&1 &');
  await eventually(() => processesWith('1000.5').length === 0);
});

const client = `
  const { LocalDeployment } = await import(process.argv[1]);
  const { runtime } = await new LocalDeployment({ isolation: 'bubblewrap' }).start();
  const handle = await runtime.spawn('setsid sleep 1000.75 & sleep 1000.75 & echo up; wait');
  await handle.waitFor('up');
  const session = await runtime.createSession();
  await session.run('sleep 1000.75 &');
  console.log('ready');
  setInterval(() => {}, 1000);
`;

isolated('kill -9 of this process ends everything inside, and the next start removes what it left', async (t) => {
  const module = new URL('../../src/sandbox/deployment/local-deployment.ts', import.meta.url).href;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', client, module];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  assert.ok(processesWith('1000.75').length >= 3);
  const pid = child.pid ?? 0;
  child.kill('SIGKILL');
  await once(child, 'exit');
  await eventually(() => processesWith('1000.75').length === 0);
  assert.notDeepEqual(traces(pid), []);
  await startSandbox(t);
  assert.deepEqual(traces(pid), []);
});
