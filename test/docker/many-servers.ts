// Runs in a container: starts a server of its own for each line `open NAME`, ends it at `close NAME`, and says so.
import { createInterface } from 'node:readline';
import { LocalRuntime } from '../../src/sandbox/runtime/local-runtime.ts';
import { serve } from '../../src/sandbox/server/serve.ts';

// Paths that are not absolute begin where something can be written.
process.chdir('/tmp');

const endings = new Map<string, () => Promise<void>>();

for await (const line of createInterface({ input: process.stdin })) {
  const [verb = '', name = ''] = line.split(' ');
  if (verb === 'open') void open(name);
  else
    void endings
      .get(name)?.()
      .then(() => console.log(`${name} is closed`));
}

async function open(name: string): Promise<void> {
  const runtime = new LocalRuntime();
  const server = await serve(runtime, { token: 'contract' });
  endings.set(name, async () => {
    await server.stop();
    await runtime.close();
  });
  console.log(`${name} listens on ${server.port};`);
}
