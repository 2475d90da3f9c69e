import type { Requires } from '../task/requires.ts';
import type { WorkItem } from './work-item.ts';

/** A machine, container or model slot on which work can run. */
export interface Place {
  readonly id: string;
  /** What it offers; an amount that is absent is unbounded. */
  readonly offers: Requires;
}

/** A place with what is left of it. */
export interface PlaceLoad extends Place {
  /** Amounts that are not taken. */
  readonly free: Required<Amounts>;
  /** Items that run there. */
  readonly running: number;
}

/** Chooses a place for an item, or undefined to let it wait. Offered are only places where it fits now. */
export type Placement = (item: WorkItem, places: readonly PlaceLoad[]) => string | undefined;

/** Amounts of what a place offers or a task needs. */
export interface Amounts {
  cpu?: number;
  memoryBytes?: number;
  vramBytes?: number;
}

const amounts = ['cpu', 'memoryBytes', 'vramBytes'] as const;
const networks = ['none', 'limited', 'full'];

/** The place with the least running work; the first of equals. */
export const leastLoaded: Placement = (_item, places) => {
  let best: PlaceLoad | undefined;
  for (const place of places) if (!best || place.running < best.running) best = place;
  return best?.id;
};

/** Keeps account of what runs where; never hands out more than there is. */
export class PlaceLedger {
  readonly #places: (Place & { readonly free: Required<Amounts>; running: number })[];
  readonly #choose: Placement;

  constructor(places: readonly Place[], choose: Placement = leastLoaded) {
    this.#choose = choose;
    this.#places = places.map(({ id, offers }) => ({ id, offers, running: 0, free: amountsOf(offers, Infinity) }));
  }

  /** True when the item would fit somewhere if nothing else ran. */
  isPlaceable({ requires = {} }: Pick<WorkItem, 'requires'>): boolean {
    return this.#places.some(
      ({ offers }) => suits(offers, requires) && fits(amountsOf(offers, Infinity), amountsOf(requires, 0)),
    );
  }

  /** The place for an item now, or undefined. */
  find(item: WorkItem): string | undefined {
    const needs = amountsOf(item.requires ?? {}, 0);
    const fitting = this.#places.filter(({ offers, free }) => suits(offers, item.requires ?? {}) && fits(free, needs));
    const id = fitting.length > 0 ? this.#choose(item, fitting) : undefined;
    return fitting.some((place) => place.id === id) ? id : undefined;
  }

  /** Takes what the item needs of a place. */
  take(id: string, item: WorkItem): void {
    this.#change(id, item, -1);
  }

  /** Gives it back. */
  give(id: string, item: WorkItem): void {
    this.#change(id, item, 1);
  }

  #change(id: string, item: WorkItem, sign: 1 | -1): void {
    const place = this.#places.find((candidate) => candidate.id === id);
    if (!place) return;
    place.running -= sign;
    for (const name of amounts) place.free[name] += sign * (item.requires?.[name] ?? 0);
  }
}

function suits(offers: Requires, { capabilities = [], tools = [], platform, network = 'none' }: Requires): boolean {
  return (
    capabilities.every((name) => offers.capabilities?.includes(name)) &&
    tools.every((name) => offers.tools?.includes(name)) &&
    (platform === undefined || platform === offers.platform) &&
    networks.indexOf(network) <= networks.indexOf(offers.network ?? 'full')
  );
}

function fits(free: Required<Amounts>, needs: Required<Amounts>): boolean {
  return amounts.every((name) => needs[name] <= free[name]);
}

function amountsOf(requires: Requires, otherwise: number): Required<Amounts> {
  const { cpu = otherwise, memoryBytes = otherwise, vramBytes = otherwise } = requires;
  return { cpu, memoryBytes, vramBytes };
}
