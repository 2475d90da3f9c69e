import { type Clock, systemClock } from '../../../../core/clock.ts';
import { RexError } from '../../../../core/errors.ts';

/** What a pool needs to know of a link. */
export interface PooledLink {
  /** Why it is gone; undefined while it stands. */
  readonly reason: string | undefined;
  /** Resolves once it is gone. */
  readonly lost: Promise<string>;
  close(reason?: string): void;
}

/** How a {@link LinkPool} works. */
export interface LinkPoolOptions<Each extends PooledLink> {
  /** Opens one more link. */
  readonly open: (signal: AbortSignal) => Promise<Each>;
  readonly channelsPerLink: number;
  /** Time after which a link without channels is closed, unless it is the only one. */
  readonly idleMs: number;
  readonly clock?: Clock;
}

/** The right to one channel on a link. */
export interface Lease<Each extends PooledLink> {
  readonly link: Each;
  /** Gives the right back; idempotent. */
  release(): void;
  /** Gives it back and tells that the host opens no further channel there: as many as there are now is the limit. */
  refused(): void;
}

interface Entry<Each> {
  readonly link: Each;
  /** Channels that the host counts. */
  used: number;
  /** Channels that it does not count, such as forwarded ports. */
  held: number;
  limit: number;
  cancelIdle: () => void;
}

/** Links to one host, each with a limited number of channels; one more is opened when all are full, one at a time. */
export class LinkPool<Each extends PooledLink> {
  readonly #options: LinkPoolOptions<Each>;
  readonly #clock: Clock;
  readonly #entries = new Set<Entry<Each>>();
  readonly #closing = new AbortController();
  #opening: Promise<unknown> | undefined;

  constructor(options: LinkPoolOptions<Each>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Links that stand. */
  get size(): number {
    return this.#entries.size;
  }

  /** Channels in use on each link that stands. */
  get load(): readonly number[] {
    return [...this.#entries].map(({ used }) => used);
  }

  /** Reserves a channel, on a new link where that is needed. @throws what `open` throws, RUNTIME_CLOSED, the abort's reason */
  async lease(signal?: AbortSignal): Promise<Lease<Each>> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      for (const entry of this.#entries) {
        if (entry.link.reason === undefined && entry.used < entry.limit) return this.#take(entry, 'used');
      }
      await untilAborted(this.#grow(), signal);
    }
  }

  /** Holds any link that stands, or a new one, for what takes no channel of the limited kind. */
  async hold(signal?: AbortSignal): Promise<Lease<Each>> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      for (const entry of this.#entries) if (entry.link.reason === undefined) return this.#take(entry, 'held');
      await untilAborted(this.#grow(), signal);
    }
  }

  /** Closes all links; idempotent. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new RexError('RUNTIME_CLOSED', 'the connection is closed', { operation: 'connect' }));
    for (const { link, cancelIdle } of this.#entries) {
      cancelIdle();
      link.close();
    }
    this.#entries.clear();
  }

  #grow(): Promise<unknown> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    const link = await this.#options.open(this.#closing.signal);
    if (this.#closing.signal.aborted) {
      link.close();
      throw this.#closing.signal.reason;
    }
    const limit = this.#options.channelsPerLink;
    const entry: Entry<Each> = { link, used: 0, held: 0, limit, cancelIdle: () => {} };
    this.#entries.add(entry);
    void link.lost.then(() => {
      entry.cancelIdle();
      this.#entries.delete(entry);
    });
  }

  #take(entry: Entry<Each>, kind: 'used' | 'held'): Lease<Each> {
    entry[kind]++;
    entry.cancelIdle();
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      entry[kind]--;
      this.#settle(entry);
    };
    const refused = (): void => {
      release();
      entry.limit = Math.max(1, Math.min(entry.limit, entry.used));
    };
    return { link: entry.link, release, refused };
  }

  #settle(entry: Entry<Each>): void {
    if (entry.used + entry.held > 0 || this.#entries.size < 2 || !this.#entries.has(entry)) return;
    entry.cancelIdle = this.#clock.setTimer(
      this.#options.idleMs,
      () => {
        if (this.#entries.size > 1) entry.link.close('the connection was idle');
      },
      { background: true },
    );
  }
}

/** The same promise, given up when the signal aborts. */
function untilAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
