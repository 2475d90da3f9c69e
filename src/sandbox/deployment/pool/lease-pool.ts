import { type Clock, systemClock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import type { HeldLease, LeaseTerms } from './lease.ts';
import { LeaseDesk } from './lease-desk.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { PlaceStatus, Source } from './place.ts';
import { placesDown } from './pool-errors.ts';
import type { PoolEvents } from './pool-events.ts';
import { PoolFigures, type PoolStats } from './pool-figures.ts';
import { checkPoolOptions, type PoolCloseOptions, type PoolOptions } from './pool-options.ts';
import { TypedEvents } from './typed-events.ts';
import { watchPlace } from './watch-place.ts';

const defaultCloseTimeoutMs = 10_000;

/**
 * Hands out things of which there may be only so many, to one lessee at a time. What a subclass adds is what the things
 * are. The pool by itself never closes what is leased; `close` does after a grace, by order of the pool's owner.
 */
export abstract class LeasePool<Value, Request extends LeaseRequest, Held extends HeldLease<Value>>
  implements AsyncDisposable
{
  /** Tells what happens; see {@link PoolEvents}. */
  readonly events: TypedEvents<PoolEvents> = new TypedEvents<PoolEvents>();
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #figures = new PoolFigures();
  readonly #desk: LeaseDesk<Value, Request, Held>;
  readonly #disposables: Disposable[] = [];
  /** Resolves when an end can wait no longer for what does not end. */
  readonly #overdue = deferred<void>();
  #starting: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;

  protected constructor(sources: readonly Source<Value, Request>[], options: PoolOptions) {
    checkPoolOptions(options);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#desk = new LeaseDesk({
      sources,
      max: options.max ?? 30,
      placement: options.placement,
      idleMs: options.idleMs ?? 600_000,
      lifetimeMs: options.lifetimeMs ?? Number.POSITIVE_INFINITY,
      closeTimeoutMs: options.closeTimeoutMs ?? defaultCloseTimeoutMs,
      failures: options.health?.failures ?? 2,
      clock: this.#clock,
      events: this.events,
      figures: this.#figures,
      hold: (terms) => this.hold(terms),
    });
  }

  /** Makes the lease that a lessee gets. */
  protected abstract hold(terms: LeaseTerms<Value>): Held;

  /**
   * Brings all places up, at once; one that does not come up is down until it does.
   * @throws DEPLOYMENTS_DOWN when none comes up, with everything ended; POOL_CLOSED when the pool has ended
   */
  async start(options: { readonly signal?: AbortSignal } = {}): Promise<this> {
    this.#starting ??= this.#start(options.signal);
    await this.#starting;
    return this;
  }

  /**
   * Waits for a lease: by priority, then arrival.
   * @throws UNPLACEABLE at once when no place could ever do; DEPLOYMENTS_DOWN when none that would do is up; WAIT_TIMEOUT
   * after `timeoutMs`; POOL_CLOSED when the pool is not started or ends; the signal's reason when it aborts; and what
   * opening throws where the request is to blame.
   */
  acquire(request: Request = {} as Request): Promise<Held> {
    return this.#desk.acquire(request);
  }

  /** Acquires, works, and releases, however the work ends. */
  async use<Result>(request: Request, work: (lease: Held) => Result | Promise<Result>): Promise<Result> {
    await using lease = await this.acquire(request);
    return await work(lease);
  }

  /** Figures now and since the start. */
  get stats(): PoolStats {
    const { stock, waiting, isPaused } = this.#desk;
    const { slots } = stock;
    const held = this.leases.map(({ since }) => since);
    const [busy, idle, opening, closing] = (['busy', 'idle', 'opening', 'closing'] as const).map((state) =>
      slots.count(state),
    ) as [number, number, number, number];
    const state = { max: slots.max, busy, idle, opening, closing, waiting, isPaused };
    return this.#figures.read(this.#clock.now(), state, held);
  }

  /** The places in their order. */
  get places(): readonly PlaceStatus[] {
    return this.#desk.stock.places.map(({ status }) => status);
  }

  /** Leases that are not released. */
  get leases(): readonly Held[] {
    return this.#desk.leases;
  }

  /** Hands out nothing more, refuses those who wait with POOL_CLOSED, waits for all leases and then ends everything. */
  drain(options: Pick<PoolCloseOptions, 'reason'> = {}): Promise<void> {
    this.#refuse(options.reason ?? 'it is draining');
    return this.#finish();
  }

  /**
   * Ends everything: refuses those who wait with POOL_CLOSED, aborts the signals of the leases, gives lessees `graceMs` to
   * release, then releases what is left, and takes the places down, at the latest `closeTimeoutMs` later. Idempotent.
   */
  async close(options: PoolCloseOptions = {}): Promise<void> {
    const { reason = 'it is closed', graceMs = 5_000 } = options;
    this.#refuse(reason);
    this.#desk.recall(reason);
    const { closeTimeoutMs = defaultCloseTimeoutMs } = this.#options;
    const cancelGrace = this.#clock.setTimer(graceMs, () => {
      for (const lease of this.leases) void lease.release();
    });
    const cancelLast = this.#clock.setTimer(graceMs + closeTimeoutMs, () => this.#overdue.resolve());
    await this.#finish();
    cancelGrace();
    cancelLast();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(outer: AbortSignal | undefined): Promise<void> {
    const { stock, signal: ending } = this.#desk;
    const { places } = stock;
    const signal = outer ? AbortSignal.any([outer, ending]) : ending;
    try {
      signal.throwIfAborted();
      await Promise.all(places.map((place) => stock.raise(place, signal)));
      signal.throwIfAborted();
      if (places.every(({ down }) => down !== undefined)) throw placesDown(places);
      await this.#followMonitor();
      signal.throwIfAborted();
    } catch (error) {
      this.#refuse('it did not start');
      await this.#takeDown();
      throw error;
    }
    this.#figures.startedAt = this.#clock.now();
    const { intervalMs = 10_000 } = this.#options.health ?? {};
    for (const place of places) {
      const inspect = () => stock.inspect(place);
      this.#disposables.push(watchPlace({ clock: this.#clock, intervalMs, inspect }));
    }
    this.#desk.open();
  }

  async #followMonitor(): Promise<void> {
    const { monitor } = this.#options;
    if (!monitor) return;
    const onAlert = monitor.events.on('alert', (alert) => this.events.emit('alert', alert));
    const onMeasured = monitor.events.on('measured', (health) => {
      const isPaused = health.alerts.length > 0;
      if (isPaused === this.#desk.isPaused) return;
      this.events.emit(isPaused ? 'paused' : 'resumed', health);
      this.#desk.pause(isPaused);
    });
    this.#disposables.push(onAlert, onMeasured, monitor.watch());
    await monitor.check();
  }

  #refuse(reason: string): void {
    for (const disposable of this.#disposables) disposable[Symbol.dispose]();
    this.#desk.close(reason);
  }

  #finish(): Promise<void> {
    this.#finishing ??= (async () => {
      const emptied = (this.#starting ?? Promise.resolve()).catch(() => {}).then(() => this.#desk.emptied);
      await Promise.race([emptied, this.#overdue.promise]);
      if (this.#starting) await this.#takeDown();
      this.#figures.endedAt = this.#clock.now();
    })();
    return this.#finishing;
  }

  async #takeDown(): Promise<void> {
    await Promise.allSettled(this.#desk.stock.places.map(({ source }) => source.stop()));
  }
}
