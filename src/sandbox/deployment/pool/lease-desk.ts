import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import { randomId } from '../../../core/ids.ts';
import type { Failover, HeldLease, LeaseInfo, LeaseTerms } from './lease.ts';
import type { LeaseRequest } from './lease-request.ts';
import type { Place, PoolPlacement } from './place.ts';
import { planLease } from './plan-lease.ts';
import { placesDown, poolClosed, unplaceable } from './pool-errors.ts';
import type { CloseReason, PoolEvents } from './pool-events.ts';
import type { PoolFigures } from './pool-figures.ts';
import type { Slot } from './slots.ts';
import { Stock, type StockOptions } from './stock.ts';
import type { TypedEvents } from './typed-events.ts';
import { Waiter } from './waiter.ts';
import { WaitingLine } from './waiting-line.ts';

/** What a desk needs. */
export interface LeaseDeskOptions<Value, Request extends LeaseRequest, Held>
  extends Omit<StockOptions<Value, Request>, 'signal' | 'onChange' | 'onDown'> {
  readonly placement: PoolPlacement | undefined;
  /** Makes the lease that a lessee gets. */
  hold(terms: LeaseTerms<Value>): Held;
}

/** Serves those who wait from a {@link Stock}, takes back what they had, and refuses whom it cannot serve. */
export class LeaseDesk<Value, Request extends LeaseRequest, Held extends HeldLease<Value>> {
  readonly #stock: Stock<Value, Request>;
  readonly #options: LeaseDeskOptions<Value, Request, Held>;
  readonly #clock: Clock;
  readonly #events: TypedEvents<PoolEvents>;
  readonly #figures: PoolFigures;
  readonly #line = new WaitingLine<Waiter<Request, Held>>();
  /** Requests without an answer, those that are being served included. */
  readonly #waiters = new Set<Waiter<Request, Held>>();
  readonly #id = randomId(6);
  /** Aborts what comes up when the desk closes. */
  readonly #ending = new AbortController();
  /** Aborts the signals of the leases. */
  readonly #recalling = new AbortController();
  readonly #emptied = deferred<void>();
  #refusal: string | undefined = 'it is not started';
  #isPaused = false;
  #settling: 'no' | 'yes' | 'again' = 'no';
  #arrivals = 0;

  constructor(options: LeaseDeskOptions<Value, Request, Held>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#figures = options.figures;
    this.#stock = new Stock({
      ...options,
      signal: this.#ending.signal,
      onChange: () => this.#settle(),
      onDown: () => this.#refuseHopeless(),
    });
  }

  get stock(): Stock<Value, Request> {
    return this.#stock;
  }

  /** Aborts once the desk is closed. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Resolves once the desk is closed and nothing is left. */
  get emptied(): Promise<void> {
    return this.#emptied.promise;
  }

  /** Number of requests that wait. */
  get waiting(): number {
    return this.#line.size;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Leases that are not released. */
  get leases(): readonly Held[] {
    return this.#stock.slots.all.flatMap(({ lease }) => (lease && !lease.isReleased ? [lease as Held] : []));
  }

  /** Begins to serve. */
  open(): void {
    this.#refusal = undefined;
    this.#settle();
  }

  /** Serves nobody while paused. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#settle();
  }

  /** Refuses everybody from now on, with the first reason given, and ends what rests. */
  close(reason: string): void {
    if (this.#ending.signal.aborted) return;
    const error = poolClosed(reason);
    this.#refusal = reason;
    this.#ending.abort(error);
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#stock.endIdle('pool-closed');
    this.#settle();
  }

  /** Tells the lessees that they should let go. */
  recall(reason: string): void {
    this.#recalling.abort(poolClosed(reason));
  }

  async acquire(request: Request): Promise<Held> {
    request.signal?.throwIfAborted();
    if (this.#refusal !== undefined) throw poolClosed(this.#refusal, 'Start a pool once, before its first lease.');
    if (this.#suiting(request).length === 0) throw unplaceable(request, this.#stock.places);
    const waiter = new Waiter<Request, Held>(request, ++this.#arrivals, this.#clock, () => this.#refused(waiter));
    this.#waiters.add(waiter);
    this.#line.add(waiter);
    this.#refuseHopeless();
    this.#settle();
    return await waiter.answer;
  }

  /** Serves whom it can, then keeps spares. Calls from within are put off until it is through. */
  #settle(): void {
    const isIdle = this.#settling === 'no';
    this.#settling = isIdle ? 'yes' : 'again';
    if (!isIdle) return;
    for (let round: string = 'again'; round === 'again'; round = this.#settling) {
      this.#settling = 'yes';
      if (this.#refusal !== undefined || this.#isPaused) continue;
      this.#serve();
      this.#stock.keepSpares();
    }
    this.#settling = 'no';
    if (this.#ending.signal.aborted && this.#stock.slots.size === 0) this.#emptied.resolve();
  }

  #serve(): void {
    const { places, slots } = this.#stock;
    const claimed = new Set<Place<Value, Request>>();
    const { placement } = this.#options;
    for (const waiter of this.#line) {
      if (!slots.hasSeat && slots.idle.size === 0) return;
      const plan = planLease(waiter.request, { places, slots, claimed, ...(placement && { placement }) });
      if (plan.kind === 'wait') for (const place of plan.places) claimed.add(place);
      else {
        this.#line.remove(waiter);
        waiter.failedOver = this.#passedOver(waiter.request, plan.kind === 'reuse' ? plan.slot.place : plan.place);
        if (plan.kind === 'reuse') void this.#reuse(waiter, plan.slot);
        else void this.#open(waiter, plan.place, plan.victim);
      }
    }
  }

  async #reuse(waiter: Waiter<Request, Held>, slot: Slot<Value>): Promise<void> {
    const { requires } = waiter.request;
    const { isFresh } = slot;
    this.#stock.slots.wake(slot, 'opening');
    slot.isFresh = false;
    slot.place.take(requires);
    if (await this.#stock.isUsable(slot)) {
      if (!waiter.isSettled) return this.#grant(waiter, slot);
      slot.place.give(requires);
      slot.isFresh = isFresh;
      this.#stock.rest(slot);
      if (this.#refusal !== undefined) await this.#stock.end(slot, 'pool-closed');
    } else {
      slot.place.give(requires);
      this.#standAgain(waiter);
      await this.#stock.end(slot, 'unusable');
    }
    this.#settle();
  }

  async #open(
    waiter: Waiter<Request, Held>,
    place: Place<Value, Request>,
    victim: Slot<Value> | undefined,
  ): Promise<void> {
    const { requires } = waiter.request;
    const slot = this.#stock.seat(place, victim);
    place.take(requires);
    try {
      await this.#stock.fill(slot, waiter.request, AbortSignal.any([waiter.signal, this.#ending.signal]), victim);
    } catch (error) {
      const reason = waiter.isSettled ? undefined : await place.source.blame(error);
      place.give(requires);
      if (reason === undefined) waiter.reject(error);
      else {
        this.#stock.markDown(place, reason);
        this.#standAgain(waiter);
      }
      this.#stock.vacate(slot);
      return;
    }
    if (!waiter.isSettled) return this.#grant(waiter, slot);
    await this.#stock.end(slot, 'unwanted');
    place.give(requires);
    this.#settle();
  }

  #grant(waiter: Waiter<Request, Held>, slot: Slot<Value>): void {
    const { agent, agentType, key = agent, requires, signal } = waiter.request;
    const now = this.#clock.now();
    const info: LeaseInfo = {
      id: `${this.#id}-${++this.#figures.acquired}`,
      ...(agent !== undefined && { agent }),
      ...(agentType !== undefined && { agentType }),
      ...(key !== undefined && { key }),
      ...(requires !== undefined && { requires }),
      place: slot.place.source.name,
      since: now,
      waitedMs: now - waiter.since,
      isReused: slot.key !== undefined,
      failedOver: waiter.failedOver,
    };
    const recall = this.#recalling.signal;
    slot.state = 'busy';
    slot.key = key;
    slot.lease = this.#options.hold({
      info,
      value: slot.value as Value,
      signal: AbortSignal.any(signal ? [signal, recall] : [recall]),
      release: () => this.#release(slot, info),
    });
    this.#waiters.delete(waiter);
    waiter.resolve(slot.lease as Held);
    this.#figures.granted(info);
    this.#events.emit('acquired', info);
    if (info.failedOver.length > 0)
      this.#events.emit('failover', { lease: info, from: info.failedOver, to: info.place });
  }

  async #release(slot: Slot<Value>, lease: LeaseInfo): Promise<void> {
    const heldMs = this.#clock.now() - lease.since;
    this.#figures.released += 1;
    this.#figures.heldMs += heldMs;
    const isUsable = await this.#stock.isUsable(slot);
    const reason = this.#reasonToEnd(slot, isUsable);
    this.#events.emit('released', { lease, heldMs, isKept: reason === undefined });
    if (reason === undefined) this.#stock.rest(slot);
    else await this.#stock.end(slot, reason);
    slot.place.give(lease.requires);
    this.#settle();
  }

  #reasonToEnd(slot: Slot<Value>, isUsable: boolean): CloseReason | undefined {
    if (this.#refusal !== undefined) return 'pool-closed';
    if (!isUsable) return 'unusable';
    if (slot.place.down !== undefined) return 'place-down';
    if (slot.key === undefined) return 'released';
    return this.#stock.isOld(slot) ? 'lifetime' : undefined;
  }

  /** Places before this one that are down now and would have done. */
  #passedOver(request: Request, chosen: unknown): readonly Failover[] {
    const { places } = this.#stock;
    const before = places.slice(0, places.indexOf(chosen as Place<Value, Request>));
    const down = before.filter((place) => place.down !== undefined && place.suits(request.requires));
    return down.map(({ source, down: reason = '' }) => ({ place: source.name, reason }));
  }

  #suiting({ requires }: Request): readonly Place<Value, Request>[] {
    return this.#stock.places.filter((place) => place.suits(requires));
  }

  /** Lets a waiter wait again, where it stood. */
  #standAgain(waiter: Waiter<Request, Held>): void {
    if (waiter.isSettled) return;
    this.#line.add(waiter);
    this.#refuseHopeless();
  }

  #refused(waiter: Waiter<Request, Held>): void {
    this.#figures.refused += 1;
    this.#waiters.delete(waiter);
    this.#line.remove(waiter);
    this.#settle();
  }

  /** Refuses those who wait for places that are all down. */
  #refuseHopeless(): void {
    if (this.#stock.places.every(({ down }) => down === undefined)) return;
    for (const waiter of this.#line) {
      const suiting = this.#suiting(waiter.request);
      if (suiting.every(({ down }) => down !== undefined)) waiter.reject(placesDown(suiting));
    }
  }
}
