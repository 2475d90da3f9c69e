import { connect, type Socket } from 'node:net';
import type { ClientChannel, TcpConnectionDetails } from 'ssh2';
import { systemClock } from '../../../../core/clock.ts';
import type { Connection } from '../link/connection.ts';
import type { Link } from '../link/link.ts';
import type { Lease } from '../link/link-pool.ts';
import type { Forwarding, ReverseForwardOptions } from './forwarding.ts';
import { join } from './join.ts';

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/** Lets the far host listen and leads every connection here; it listens again, on the same port, after the link was cut. */
export async function forwardRemote(connection: Connection, options: ReverseForwardOptions): Promise<Forwarding> {
  const forwarding = new RemoteForwarding(connection, options);
  await forwarding.listen();
  return forwarding;
}

class RemoteForwarding implements Forwarding {
  readonly host: string;
  readonly #connection: Connection;
  readonly #options: ReverseForwardOptions;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #lease: Lease<Link> | undefined;
  #cancelRetry: () => void = () => {};
  #closed = false;

  constructor(connection: Connection, options: ReverseForwardOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#port = options.remotePort ?? 0;
    this.host = options.host ?? '127.0.0.1';
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const lease = await this.#connection.hold();
    try {
      this.#port = await lease.link.listen(this.host, this.#port);
    } catch (error) {
      lease.release();
      throw error;
    }
    this.#lease = lease;
    lease.link.client.on('tcp connection', this.#onConnection);
    void lease.link.lost.then(() => this.#listenAgain(firstPauseMs));
    if (this.#closed) await this.#withdraw(lease);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#lease) await this.#withdraw(this.#lease);
  }

  async #withdraw({ link, release }: Lease<Link>): Promise<void> {
    link.client.removeListener('tcp connection', this.#onConnection);
    const withdrawn = new Promise<void>((resolve) => {
      if (link.reason === undefined) link.client.unforwardIn(this.host, this.#port, () => resolve());
      else resolve();
    });
    await Promise.race([withdrawn, link.lost]);
    release();
  }

  readonly #onConnection = (
    { destPort }: TcpConnectionDetails,
    accept: () => ClientChannel,
    _reject: () => void,
  ): void => {
    if (destPort !== this.#port) return;
    const { localPort, localHost = '127.0.0.1' } = this.#options;
    const socket = connect({ port: localPort, host: localHost, noDelay: true, allowHalfOpen: true });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket)).on('error', () => {});
    join(socket, accept());
  };

  #listenAgain(pauseMs: number): void {
    if (this.#closed) return;
    const retry = (): void => {
      this.listen().catch(() => this.#listenAgain(Math.min(pauseMs * 2, longestPauseMs)));
    };
    this.#cancelRetry = systemClock.setTimer(pauseMs, retry, { background: true });
  }
}
