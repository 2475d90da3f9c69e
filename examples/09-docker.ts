/** Docker in five lines: any image with a shell, nothing installed in it. Set HRM_REX_IMAGE to use another image. */
import assert from 'node:assert/strict';
import { DockerDeployment, RexError } from 'hrm-rex';

try {
  await using box = await new DockerDeployment({ image: process.env.HRM_REX_IMAGE ?? 'debian:stable-slim' }).start();
  await using session = await box.runtime.createSession();
  await session.run('cd /tmp && greeting="hello from $(uname -s)"');
  const { output } = await session.run('echo "$greeting, in $PWD"');
  console.log(`${box.containerName}: ${output.trim()}`);
  assert.equal(output, 'hello from Linux, in /tmp\n');
} catch (error) {
  if (!cannotStart(error)) throw error;
  console.log(`skipped: ${error.message} (${error.hint})`);
}

/** No engine, no package or no way to the image: nothing of this program's making. */
function cannotStart(error: unknown): error is RexError {
  if (RexError.is(error, 'CONNECTION_FAILED') || RexError.is(error, 'DEPENDENCY_MISSING')) return true;
  return process.env.HRM_REX_IMAGE === undefined && RexError.is(error, 'DEPLOYMENT_START_FAILED') && error.retryable;
}
