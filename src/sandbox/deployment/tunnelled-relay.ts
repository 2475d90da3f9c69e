import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { ProcessHandle } from '../process/process-handle.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Joins its input and output to a port of its own machine, with whatever is there that can do so, until either ends. */
const relayText = `p=$1
if command -v bash >/dev/null; then exec bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" 4<&0 || exit 1; cat <&4 >&3 & a=$!; cat <&3 & wait -n; kill $a $! 2>/dev/null' "$p"; fi
if command -v node >/dev/null; then exec node -e 'const s=require("net").connect(+process.argv[1],"127.0.0.1",()=>{process.stdin.pipe(s).on("finish",()=>process.exit());s.pipe(process.stdout)});s.on("error",()=>process.exit(1)).on("close",()=>process.exit())' "$p"; fi
exec nc 127.0.0.1 "$p"`;

/** Enough for a reader that keeps up. */
const relayBytes = 4 * 1024 * 1024;

/**
 * Listens here and joins every connection to a port of the runtime's machine, by a small program there for each: no
 * network between the two is needed.
 */
export async function relayPort(
  runtime: Runtime,
  remotePort: number,
): Promise<AsyncDisposable & { readonly port: number }> {
  const open = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const carried = carry(runtime, socket, remotePort).finally(() => open.delete(carried));
    open.add(carried);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...open]);
    },
  };
}

/** Carries one connection until either side ends; never rejects. */
async function carry(runtime: Runtime, socket: Socket, remotePort: number): Promise<void> {
  socket.on('error', () => {});
  const argv = ['/bin/sh', '-c', relayText, 'relay', String(remotePort)];
  const relay = await runtime.spawn(argv, { stdin: 'pipe', maxOutputBytes: relayBytes }).catch(() => undefined);
  if (relay) await follow(relay, socket).catch(() => {});
  socket.destroy();
  // It ends by itself with its input; what does not is ended.
  await relay?.wait({ timeoutMs: 2_000 }).catch(() => relay.kill('SIGKILL').catch(() => {}));
}

async function follow(relay: ProcessHandle, socket: Socket): Promise<void> {
  socket.once('close', () => void relay.closeInput().catch(() => {}));
  if (socket.destroyed) return await relay.closeInput();
  send(socket, relay);
  for await (const event of relay) {
    // The socket takes everything at once: a reader that waits would miss what is not kept.
    if (event.type === 'output' && event.stream === 'stdout') socket.write(event.data);
    else if (event.type === 'gap') return;
  }
  await new Promise<void>((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve()).end(() => resolve());
  });
}

function send(socket: Socket, relay: ProcessHandle): void {
  socket.on('data', (data) => {
    socket.pause();
    relay.write(data).then(
      () => socket.resume(),
      () => socket.destroy(),
    );
  });
  socket.resume();
}
