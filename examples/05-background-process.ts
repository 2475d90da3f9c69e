/** Starts a web server in the background, waits until it is ready, and finds it again by its id. */
import assert from 'node:assert/strict';
import { LocalDeployment } from 'hrm-rex';

const program = `
  const server = require('node:http').createServer((request, response) => response.end('hello ' + request.url));
  server.listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port));
`;

await using box = await new LocalDeployment().start();
const { id } = await box.runtime.spawn(['node', '--eval', program]);

const server = await box.runtime.attach(id);
const ready = await server.waitFor(/listening on (\d+)/, { timeoutMs: 20_000 });
const page = await fetch(`http://127.0.0.1:${ready.groups[0]}/agents`).then((response) => response.text());
const end = await server.kill();

console.log(`the server said "${page}" and ended by ${end?.signal}`);
assert.equal(page, 'hello /agents');
assert.equal(end?.reason, 'kill');
