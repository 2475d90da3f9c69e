import type { Clock } from '../../../core/clock.ts';
import type { LeaseRequest } from './lease-request.ts';
import { Place, type Source } from './place.ts';
import type { CloseReason, PoolEvents } from './pool-events.ts';
import type { PoolFigures } from './pool-figures.ts';
import { type Slot, Slots } from './slots.ts';
import type { TypedEvents } from './typed-events.ts';
import { within } from './within.ts';

/** What a stock needs. */
export interface StockOptions<Value, Request extends LeaseRequest> {
  readonly sources: readonly Source<Value, Request>[];
  readonly max: number;
  readonly idleMs: number;
  readonly lifetimeMs: number;
  readonly closeTimeoutMs: number;
  /** Failed checks in a row after which a place is down. */
  readonly failures: number;
  readonly clock: Clock;
  readonly events: TypedEvents<PoolEvents>;
  readonly figures: PoolFigures;
  /** Aborts everything that comes up. */
  readonly signal: AbortSignal;
  /** Told after every change that may let somebody be served. */
  onChange(): void;
  /** Told that a place is down, before `onChange`. */
  onDown(): void;
}

/** The places of a pool and the things at them: opens, keeps, checks and closes; never touches what is leased. */
export class Stock<Value, Request extends LeaseRequest> {
  readonly places: readonly Place<Value, Request>[];
  readonly slots: Slots<Value>;
  readonly #options: StockOptions<Value, Request>;

  constructor(options: StockOptions<Value, Request>) {
    this.#options = options;
    this.places = options.sources.map((source) => new Place(source, options.clock.now()));
    this.slots = new Slots(options.max);
  }

  /** Takes a place up, at first or again; it stays down, with the reason, when that fails. */
  async raise(place: Place<Value, Request>, signal: AbortSignal): Promise<void> {
    try {
      await place.source.start(signal);
      this.#markUp(place);
    } catch (error) {
      place.mark(error instanceof Error ? error.message : String(error), this.#now());
    }
  }

  /** Takes note that a place is down and ends what rests there. */
  markDown(place: Place<Value, Request>, reason: string): void {
    if (place.down !== undefined) return;
    place.mark(reason, this.#now());
    this.#options.events.emit('down', { place: place.source.name, reason });
    this.endIdle('place-down', place);
    this.#options.onDown();
    this.#options.onChange();
  }

  /** Takes a seat at a place, or takes over a victim's; its holder fills or vacates it. */
  seat(place: Place<Value, Request>, victim?: Slot<Value>): Slot<Value> {
    return this.slots.seat(place, this.#now(), false, victim);
  }

  /** Opens what sits in a seat, after the victim is closed. Rejects as the opening does; the seat stays taken. */
  async fill(slot: Slot<Value>, request: Request, signal: AbortSignal, victim?: Slot<Value>): Promise<void> {
    if (victim) await this.end(victim, 'recycled');
    signal.throwIfAborted();
    const startedAt = this.#now();
    slot.value = await this.#at(slot).source.open(request, signal);
    slot.openedAt = this.#now();
    this.#options.figures.opened += 1;
    this.#options.events.emit('opened', { place: slot.place.source.name, durationMs: slot.openedAt - startedAt });
  }

  /** Gives a seat back. */
  vacate(slot: Slot<Value>): void {
    this.slots.leave(slot);
    this.#options.onChange();
  }

  /** Lets it rest until somebody wants it or its time is over. */
  rest(slot: Slot<Value>): void {
    this.slots.rest(slot);
    const { idleMs, lifetimeMs, clock } = this.#options;
    const leftMs = slot.openedAt + lifetimeMs - clock.now();
    const restMs = slot.isFresh && this.#spareCount(slot.place) <= slot.place.source.spares ? Infinity : idleMs;
    const reason = leftMs <= restMs ? 'lifetime' : 'idle';
    slot.cancelExpiry = clock.setTimer(Math.min(leftMs, restMs), () => void this.end(slot, reason), {
      background: true,
    });
  }

  /** True when its lifetime is over. */
  isOld(slot: Slot<Value>): boolean {
    return this.#now() - slot.openedAt >= this.#options.lifetimeMs;
  }

  /** Never rejects. */
  async isUsable(slot: Slot<Value>): Promise<boolean> {
    return await this.#at(slot)
      .source.isUsable(slot.value as Value)
      .catch(() => false);
  }

  /** Closes it; its seat is free afterwards. Idempotent. */
  end(slot: Slot<Value>, reason: CloseReason): Promise<void> {
    slot.ended ??= this.#end(slot, reason);
    return slot.ended;
  }

  /** Closes what rests, at one place or everywhere. */
  endIdle(reason: CloseReason, place?: Place<Value, Request>): void {
    for (const slot of [...this.slots.idle]) if (!place || slot.place === place) void this.end(slot, reason);
  }

  /** Opens what is missing of the spares, as far as there are seats. */
  keepSpares(): void {
    for (const place of this.places) {
      while (place.down === undefined && place.isSparing && this.#spareCount(place) < place.source.spares) {
        if (!this.#hasSeatAt(place)) break;
        void this.#openSpare(place);
      }
    }
  }

  /** Checks a place and what rests there, or tries to bring it up again. Never rejects. */
  async inspect(place: Place<Value, Request>): Promise<void> {
    const { failures, signal } = this.#options;
    place.isSparing = true;
    // What is leased may still work at a place that does not answer: then it is asked, not started again.
    if (place.down !== undefined && place.source.isShared && place.busy === 0) await this.raise(place, signal);
    else if (place.down !== undefined && !place.source.isShared) await this.#openSpare(place);
    else await this.#check(place, failures);
    for (const slot of [...this.slots.idle]) {
      const isDead = slot.place === place && !(await this.isUsable(slot));
      if (isDead && slot.state === 'idle') void this.end(slot, 'unusable');
    }
    this.#options.onChange();
  }

  async #check(place: Place<Value, Request>, failures: number): Promise<void> {
    const reason = await place.source.check();
    if (reason === undefined) {
      place.failedChecks = 0;
      if (place.down !== undefined) this.#markUp(place);
    } else if (place.down === undefined) {
      place.failedChecks += 1;
      if (place.failedChecks >= failures) this.markDown(place, reason);
    } else place.mark(reason, this.#now());
  }

  /** Opens one more that nobody has asked for: it is kept ready, and shows that the place works. */
  async #openSpare(place: Place<Value, Request>): Promise<void> {
    if (!this.#hasSeatAt(place)) return;
    const slot = this.slots.seat(place, this.#now(), true);
    const { signal } = this.#options;
    try {
      await this.fill(slot, {} as Request, signal);
    } catch (error) {
      place.isSparing = false;
      const reason = signal.aborted ? undefined : await place.source.blame(error);
      this.vacate(slot);
      if (reason !== undefined) this.markDown(place, reason);
      return;
    }
    if (signal.aborted) return await this.end(slot, 'pool-closed');
    this.rest(slot);
    if (place.down !== undefined) this.#markUp(place);
    this.#options.onChange();
  }

  async #end(slot: Slot<Value>, reason: CloseReason): Promise<void> {
    const { clock, closeTimeoutMs, figures, events, onChange } = this.#options;
    this.slots.wake(slot, 'closing');
    const closing = this.#at(slot).source.close(slot.value as Value);
    await within(
      clock,
      closing.catch(() => {}),
      closeTimeoutMs,
      undefined,
    );
    this.slots.leave(slot);
    figures.closed[reason] += 1;
    const ageMs = clock.now() - slot.openedAt;
    events.emit('closed', { place: slot.place.source.name, key: slot.key, reason, ageMs });
    onChange();
  }

  #markUp(place: Place<Value, Request>): void {
    const downMs = this.#now() - place.since;
    place.mark(undefined, this.#now());
    this.#options.events.emit('up', { place: place.source.name, downMs });
    this.#options.onChange();
  }

  #hasSeatAt(place: Place<Value, Request>): boolean {
    return this.slots.hasSeat && place.size < place.source.max;
  }

  /** Unused ones at a place, those that come up included. */
  #spareCount(place: Place<Value, never>): number {
    return this.slots.all.filter((slot) => slot.place === place && slot.isFresh && slot.state !== 'closing').length;
  }

  #at(slot: Slot<Value>): Place<Value, Request> {
    return slot.place as unknown as Place<Value, Request>;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
