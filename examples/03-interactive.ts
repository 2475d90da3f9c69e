/** Drives interactive programs: a Node REPL by its prompt, and a script that asks for a password. */
import assert from 'node:assert/strict';
import { LocalDeployment } from 'hrm-rex';

await using box = await new LocalDeployment().start();
await using shell = await box.runtime.createSession({ pty: true });

await shell.run('node --interactive', { expect: '> ', timeoutMs: 20_000 });
const product = await shell.run('6 * 7', { interactive: true, expect: '> ' });
const quit = await shell.run('.exit', { interactive: true });

await shell.run('read -r -s -p "Password: " password; echo "it has ${#password} characters"', { expect: 'Password: ' });
const answer = await shell.run('correct horse', { interactive: true });

console.log(`REPL: ${product.output.trim()}, left with ${quit.exitCode}; the script: ${answer.output.trim()}`);
assert.match(product.output, /\b42\b/);
assert.equal(quit.exitCode, 0);
assert.match(answer.output, /it has 13 characters/);
