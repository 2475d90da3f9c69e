import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** What happens to a connection when the client has sent something. */
export type Verdict = 'pass' | 'cut before' | 'cut after';

/** A relay between clients and a server that breaks connections on demand. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** Port of the server; connections made from now on go there. */
  target: number;
  /** Asked for every piece that a client sends; `cut after` cuts once the server has answered, before the client knows. */
  judge: (piece: string) => Verdict;
  /** Cuts the connection that has carried this many bytes of answers since the last cut. */
  cutEvery: number;
  /** How often a connection was cut. */
  readonly cuts: number;
  /** Cuts every open connection. */
  cut(): void;
}

/** Starts a relay to a port of this machine. */
export async function startProxy(target: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => relay(client));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let cuts = 0;
  const end = (...ended: readonly Socket[]) => {
    cuts++;
    for (const socket of ended) socket.destroy();
  };
  const relay = (client: Socket) => {
    const upstream = createConnection({ port: proxy.target, host: '127.0.0.1', noDelay: true });
    let carried = 0;
    let doomed = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (piece) => {
      const verdict = proxy.judge(piece.toString('latin1'));
      if (verdict === 'cut before') return end(client, upstream);
      doomed ||= verdict === 'cut after';
      upstream.write(piece);
    });
    upstream.on('data', (piece) => {
      if (doomed) return end(client, upstream);
      const room = proxy.cutEvery - carried;
      carried += piece.length;
      client.write(piece.subarray(0, room));
      if (carried >= proxy.cutEvery) client.end(() => end(client, upstream));
    });
  };
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    judge: () => 'pass',
    cutEvery: Number.POSITIVE_INFINITY,
    get cuts() {
      return cuts;
    },
    cut() {
      end(...sockets);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
