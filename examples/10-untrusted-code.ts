/** Runs untrusted code in a container that it cannot change, leave, or outgrow. Set HRM_REX_IMAGE to use another image. */
import assert from 'node:assert/strict';
import { DockerDeployment, RexError } from 'hrm-rex';

const deployment = new DockerDeployment({
  image: process.env.HRM_REX_IMAGE ?? 'debian:stable-slim',
  // Already so by default: no capabilities, no new privileges, at most 1024 processes, an init.
  user: '65534:65534',
  network: 'none',
  readOnlyRoot: true,
  mounts: [{ type: 'tmpfs', target: '/work', sizeBytes: 16 * 1024 * 1024 }],
  workingDirectory: '/work',
  limits: { memoryBytes: 128 * 1024 * 1024, cpus: 0.5, processes: 64, fileSizeBytes: 4 * 1024 * 1024 },
});

try {
  await using box = await deployment.start();
  const { runtime } = box;
  const outside = await runtime.execute('echo gotcha > /etc/hrm-rex-was-here');
  const network = await runtime.execute('cat /sys/class/net/*/operstate; ls /sys/class/net');
  const disk = await runtime.execute('head -c 8000000 /dev/zero > big; wc -c < big');
  const rights = await runtime.execute('grep -E "^(CapEff|NoNewPrivs)" /proc/self/status');
  await runtime.writeFile('answer.txt', 'fine\n');
  const answer = await runtime.readFile('answer.txt');
  const bomb = await runtime.execute('while :; do sleep 60 & done', { timeoutMs: 5_000 }).catch((error) => error);
  console.log(
    `outside: exit ${outside.exitCode}; network: ${network.stdout.trim().split('\n').at(-1)}; file: ${disk.stdout.trim()}`,
  );
  assert.notEqual(outside.exitCode, 0);
  assert.equal(network.stdout.trim().split('\n').at(-1), 'lo');
  assert.ok(RexError.is(bomb) || bomb.exitCode !== 0);
  assert.equal(disk.stdout.trim(), String(4 * 1024 * 1024));
  assert.match(rights.stdout, /CapEff:\s0+\nNoNewPrivs:\s1\n/);
  assert.equal(answer, 'fine\n');
} catch (error) {
  if (!cannotStart(error)) throw error;
  console.log(`skipped: ${error.message} (${error.hint})`);
}

/** No engine, no package or no way to the image: nothing of this program's making. */
function cannotStart(error: unknown): error is RexError {
  if (RexError.is(error, 'CONNECTION_FAILED') || RexError.is(error, 'DEPENDENCY_MISSING')) return true;
  return process.env.HRM_REX_IMAGE === undefined && RexError.is(error, 'DEPLOYMENT_START_FAILED') && error.retryable;
}
