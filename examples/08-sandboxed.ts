/** Runs untrusted code under bubblewrap: it cannot write outside its workspace, reach the network or outgrow its limits. */
import assert from 'node:assert/strict';
import { LocalDeployment, RexError } from 'hrm-rex';

const deployment = new LocalDeployment({
  isolation: 'bubblewrap',
  network: 'none',
  limits: { memoryBytes: 256 * 1024 * 1024, processes: 64 },
});

try {
  await using box = await deployment.start();
  const { runtime } = box;
  const write = await runtime.execute('echo gotcha > /etc/hrm-rex-was-here');
  const network = await runtime.execute(['bash', '-c', 'exec 3<>/dev/tcp/192.0.2.1/80'], { timeoutMs: 5_000 });
  const own = await runtime.execute('echo fine > note.txt && cat note.txt');
  console.log(`outside: exit ${write.exitCode}; network: exit ${network.exitCode}; workspace: ${own.stdout.trim()}`);
  assert.notEqual(write.exitCode, 0);
  assert.notEqual(network.exitCode, 0);
  assert.equal(own.stdout, 'fine\n');
} catch (error) {
  if (!RexError.is(error, 'DEPENDENCY_MISSING')) throw error;
  console.log(`skipped: ${error.message} (${error.hint})`);
}
