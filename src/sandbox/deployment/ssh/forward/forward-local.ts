import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Connection } from '../link/connection.ts';
import { connectionFailed } from '../link/ssh-errors.ts';
import type { Forwarding, ForwardOptions } from './forwarding.ts';
import { join } from './join.ts';

/** Listens here and leads every connection to a port there; it goes on after the link was cut and made again. */
export async function forwardLocal(connection: Connection, options: ForwardOptions): Promise<Forwarding> {
  const { remotePort, remoteHost = '127.0.0.1', localPort = 0, host = '127.0.0.1' } = options;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, async (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
    try {
      join(socket, await connection.reach(remoteHost, remotePort));
    } catch {
      // The one who connected sees what he would see there: a connection that is refused.
      socket.resetAndDestroy();
    }
  });
  server.listen(localPort, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { user } = connection.settings;
    throw connectionFailed({ user, address: host, port: localPort }, (error as Error).message, error);
  }
  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    closing ??= new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closing;
  };
  return { host, port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}
