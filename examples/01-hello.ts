/** Starts a local sandbox, runs a command, and talks to a shell that remembers. */
import assert from 'node:assert/strict';
import { LocalDeployment } from 'hrm-rex';

await using box = await new LocalDeployment().start();
const { stdout } = await box.runtime.execute(['node', '--print', '2 + 2']);

await using shell = await box.runtime.createSession();
await shell.run('export NAME=rex; cd /');
const { output, exitCode } = await shell.run('echo "$NAME in $PWD"; (exit 3)');

console.log(`node says ${stdout.trim()}, the shell says ${output.trim()}, exit code ${exitCode}`);
assert.equal(stdout, '4\n');
assert.equal(output, 'rex in /\n');
assert.equal(exitCode, 3);
