/** Works on a host behind a jump host, as `~/.ssh/config` describes the way there; nothing is installed on either. */
import assert from 'node:assert/strict';
import { SshDeployment } from 'hrm-rex';

const host = process.env.HRM_REX_SSH_HOST;
const configFile = process.env.HRM_REX_SSH_CONFIG;

if (host === undefined) {
  console.log('skipped: set HRM_REX_SSH_HOST to a host (or an alias with ProxyJump) that your SSH keys open');
} else {
  await using deployment = await new SshDeployment({ host, ...(configFile ? { configFile } : {}) }).start();
  const { runtime } = deployment;

  const session = await runtime.createSession({ loadRc: false });
  await session.run('cd "$(mktemp -d)" && greeting="hello from $(id -un)"');
  const { output } = await session.run('echo "$greeting" | tee note.txt');
  const directory = (await session.run('pwd')).output.trim();
  assert.equal(await runtime.readFile(`${directory}/note.txt`), output);

  // A port that only the far host can see, brought here.
  await using port = await deployment.forward({ remotePort: 22 });
  console.log(`${output.trim()}; its port 22 is open here as ${port.host}:${port.port}`);
  await runtime.files.remove(directory, { recursive: true });
}
