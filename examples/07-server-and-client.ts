/** Serves a runtime over HTTP and drives it from a client; SWE-ReX's Python client could be that client. */
import assert from 'node:assert/strict';
import { LocalRuntime, RemoteDeployment } from 'hrm-rex';
import { serve } from 'hrm-rex/server';

await using server = await serve(new LocalRuntime(), { token: 'a secret that is not on the command line' });
await using box = await new RemoteDeployment({
  url: server.url,
  token: 'a secret that is not on the command line',
}).start();

await using shell = await box.runtime.createSession();
const [slow, alive] = await Promise.all([shell.run('sleep 0.3; echo slow'), box.runtime.isAlive()]);

// The same server as Python's SWE-ReX client sees it.
const response = await fetch(new URL('/execute', server.url), {
  method: 'POST',
  headers: { 'X-API-Key': 'a secret that is not on the command line', 'Content-Type': 'application/json' },
  body: JSON.stringify({ command: ['echo', 'hi'] }),
});
const wire = await response.json();

console.log(`shell: ${slow.output.trim()}, alive meanwhile: ${alive.isAlive}, on the wire: ${JSON.stringify(wire)}`);
assert.equal(slow.output, 'slow\n');
assert.equal(alive.isAlive, true);
assert.deepEqual(wire, { stdout: 'hi\n', stderr: '', exit_code: 0 });
