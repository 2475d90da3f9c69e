/**
 * Moves a session, with its files, variables and functions, to a place of another kind: from a container to a host over SSH
 * where HRM_REX_IMAGE and HRM_REX_SSH_HOST name them, between directories of this machine where not.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Deployment,
  DockerDeployment,
  LocalDeployment,
  restoreSession,
  SshDeployment,
  snapshotSession,
} from 'hrm-rex';

const { HRM_REX_IMAGE: image, HRM_REX_SSH_HOST: host, HRM_REX_SSH_CONFIG: configFile } = process.env;
const from: Deployment = image === undefined ? new LocalDeployment() : new DockerDeployment({ image });
const to: Deployment =
  host === undefined ? new LocalDeployment() : new SshDeployment({ host, ...(configFile ? { configFile } : {}) });
const kept = await mkdtemp(join(tmpdir(), 'hrm-rex-move-'));

try {
  await using source = await from.start();
  await using target = await to.start();
  const session = await source.runtime.createSession({ loadRc: false });
  await session.run('cd "$(mktemp -d)" && git_like() { echo "on $branch"; }; branch=main; declare -A seen=([a]=1)');
  await session.run('mkdir -p src && echo "print(1)" > src/main.py && chmod +x src/main.py && cd src');

  const snapshot = await snapshotSession(session, source.runtime, {
    directory: join(kept, 'files'),
    workspace: (await session.run('dirname "$PWD"')).output.trim(),
  });
  const workspace = (await target.runtime.execute('mktemp -d')).stdout.trim();
  const { session: moved, refused } = await restoreSession(snapshot, target.runtime, { workspace });

  const { output } = await moved.run(
    'git_like; echo "${seen[a]} ${PWD##*/}"; cat main.py; test -x main.py && echo executable',
  );
  console.log(`from ${from.type} to ${to.type}:\n${output}`);
  assert.equal(output, 'on main\n1 src\nprint(1)\nexecutable\n');
  assert.deepEqual(refused, []);
  await target.runtime.files.remove(workspace, { recursive: true });
} finally {
  await rm(kept, { recursive: true, force: true });
}
