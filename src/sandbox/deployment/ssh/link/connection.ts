import type { Duplex } from 'node:stream';
import { RexError } from '../../../../core/errors.ts';
import type { HostSettings } from '../config/host-settings.ts';
import type { Route } from '../config/resolve-route.ts';
import { dial } from './dial.ts';
import { type CallOptions, ChannelRefused, Link, notStarted } from './link.ts';
import { type Lease, LinkPool } from './link-pool.ts';
import { connectionFailed } from './ssh-errors.ts';

/** How a {@link Connection} works; the defaults are those of `SshDeploymentOptions`. */
export interface ConnectionOptions {
  readonly channelTimeoutMs?: number;
  readonly channelsPerConnection?: number;
  readonly idleConnectionMs?: number;
}

const defaults = { channelTimeoutMs: 10_000, channelsPerConnection: 8, idleConnectionMs: 30_000 } as const;

/** A way to a host that is kept open: links are made as needed, and made again after one was cut. */
export class Connection {
  /** The host at the end of the way. */
  readonly settings: HostSettings;
  readonly #pool: LinkPool<Link>;
  readonly #above: Connection | undefined;
  readonly #isJump: boolean;

  constructor(route: Route, options: ConnectionOptions = {}, isJump = false) {
    this.#isJump = isJump;
    const settings = route.at(-1) as HostSettings;
    const { channelTimeoutMs = defaults.channelTimeoutMs } = options;
    const jumps = route.slice(0, -1) as HostSettings[];
    this.settings = settings;
    this.#above = jumps.length === 0 ? undefined : new Connection(jumps as unknown as Route, options, true);
    this.#pool = new LinkPool({
      open: (signal) => this.#open(channelTimeoutMs, signal),
      channelsPerLink: options.channelsPerConnection ?? defaults.channelsPerConnection,
      idleMs: options.idleConnectionMs ?? defaults.idleConnectionMs,
    });
  }

  /** Connections that stand. */
  get size(): number {
    return this.#pool.size;
  }

  /** Channels in use on each of them. */
  get load(): readonly number[] {
    return this.#pool.load;
  }

  /** A byte stream to a port that the host can reach. @throws CONNECTION_FAILED and what a dial throws */
  async reach(host: string, port: number, { signal }: CallOptions = {}): Promise<Duplex> {
    const { link, release } = await this.#pool.hold(signal);
    try {
      const stream = await link.connect(host, port, signal ? { signal } : {});
      stream.once('close', release).on('error', () => {});
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Holds a link, for what takes no session channel. @throws CONNECTION_FAILED and what a dial throws */
  hold(signal?: AbortSignal): Promise<Lease<Link>> {
    return this.#pool.hold(signal);
  }

  /** Opens a session channel by `open`, on another link where the host refuses it on this one. */
  async channel<Channel>(
    open: (link: Link) => Promise<Channel>,
    { signal }: CallOptions = {},
  ): Promise<{ readonly channel: Channel; readonly lease: Lease<Link> }> {
    for (;;) {
      const lease = await this.#pool.lease(signal);
      const isAlone = Math.max(...this.#pool.load, 0) <= 1;
      try {
        return { channel: await open(lease.link), lease };
      } catch (error) {
        if (!(error instanceof ChannelRefused)) {
          lease.release();
          throw error;
        }
        lease.refused();
        if (isAlone) throw notStarted(`the host opens no channel (${error.message})`, error);
      }
    }
  }

  /** Closes every link, those to the hosts on the way too; idempotent. */
  close(): void {
    this.#pool.close();
    this.#above?.close();
  }

  async #open(channelTimeoutMs: number, signal: AbortSignal): Promise<Link> {
    const { address, port } = this.settings;
    const socket = await this.#above?.reach(address, port, { signal }).catch((error: unknown) => {
      // What the jump host cannot reach is this host; that the jump host cannot be reached is told of itself.
      const isHere = RexError.is(error, 'CONNECTION_FAILED') && error.cause instanceof ChannelRefused;
      throw isHere ? connectionFailed(this.settings, error.context.reason, error) : error;
    });
    const client = await dial(this.settings, { signal, ...(socket ? { socket } : {}) });
    const link = new Link(client, this.settings, channelTimeoutMs);
    if (this.#isJump) void sendAtOnce(link);
    return link;
  }
}

/**
 * Runs nothing on a jump host: OpenSSH's server sends small packets without delay only after a first command, and would
 * hold up every answer of the hosts behind it by 40 ms.
 */
async function sendAtOnce(link: Link): Promise<void> {
  try {
    const stream = await link.exec(':', undefined);
    stream.onOutput = () => {};
    stream.closeInput();
  } catch {
    // One that runs no commands is slower, and no worse.
  }
}
