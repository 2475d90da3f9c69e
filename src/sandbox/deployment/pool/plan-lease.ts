import type { LeaseRequest } from './lease-request.ts';
import { firstPlace, type Place, type PoolPlacement } from './place.ts';
import type { Slot, Slots } from './slots.ts';

/** What happens with a request now. */
export type LeasePlan<Value, Request extends LeaseRequest> =
  /** Hands out what rests. */
  | { readonly kind: 'reuse'; readonly slot: Slot<Value> }
  /** Makes a new one, after closing the victim, if any. */
  | { readonly kind: 'open'; readonly place: Place<Value, Request>; readonly victim: Slot<Value> | undefined }
  /** Waits for something at these places. */
  | { readonly kind: 'wait'; readonly places: readonly Place<Value, Request>[] };

/** What a plan rests on. */
export interface LeaseBoard<Value, Request extends LeaseRequest> {
  readonly places: readonly Place<Value, Request>[];
  readonly slots: Slots<Value>;
  /** Places for which those ahead wait. */
  readonly claimed: ReadonlySet<Place<Value, Request>>;
  readonly placement?: PoolPlacement;
}

/**
 * Finds what serves a request: what its key had before, else something unused at the chosen place, else a new one, else
 * a new one in the seat of what rests longest. Whoever waits is passed only by those who go to places it cannot use.
 */
export function planLease<Value, Request extends LeaseRequest>(
  request: Request,
  board: LeaseBoard<Value, Request>,
): LeasePlan<Value, Request> {
  const { slots, claimed, placement = firstPlace } = board;
  const suited = board.places.filter((place) => place.down === undefined && place.suits(request.requires));
  const open = suited.filter((place) => !claimed.has(place) && place.hasFree(request.requires));
  const idle = [...slots.idle];
  const key = request.key ?? request.agent;
  const own = idle.findLast((slot) => key !== undefined && slot.key === key && isAtOneOf(open, slot));
  if (own) return { kind: 'reuse', slot: own };

  const able = open.filter((place) => canHost(place, slots, idle));
  if (able.length === 0) return { kind: 'wait', places: suited };
  const name = placement(
    able.map(({ status }) => status),
    request,
  );
  const place = able.find(({ source }) => source.name === name) ?? (able[0] as Place<Value, Request>);
  const here = idle.filter((slot) => isAtOneOf([place], slot));
  const spare = place.source.isPlain(request) ? here.find((slot) => slot.isFresh) : undefined;
  if (spare) return { kind: 'reuse', slot: spare };
  const isFull = place.size >= place.source.max;
  if (slots.hasSeat && !isFull) return { kind: 'open', place, victim: undefined };
  return { kind: 'open', place, victim: isFull ? here[0] : idle[0] };
}

function canHost(place: Place<unknown, never>, slots: Slots<unknown>, idle: readonly Slot<unknown>[]): boolean {
  if (place.size < place.source.max) return slots.hasSeat || idle.length > 0;
  return idle.some((slot) => isAtOneOf([place], slot));
}

function isAtOneOf(places: readonly unknown[], slot: Pick<Slot<unknown>, 'place'>): boolean {
  return places.includes(slot.place);
}
