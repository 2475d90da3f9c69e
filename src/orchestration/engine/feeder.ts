import type { Scheduler } from '../scheduler/scheduler.ts';

interface Backlog<Item> {
  items: Item[];
  isFeeding: boolean;
}

/** Hands items to the lanes of a scheduler in order, never more than a lane takes. */
export class Feeder<Item> {
  readonly #scheduler: Scheduler;
  readonly #submit: (item: Item, lane: string) => void;
  readonly #backlogs = new Map<string, Backlog<Item>>();

  constructor(scheduler: Scheduler, submit: (item: Item, lane: string) => void) {
    this.#scheduler = scheduler;
    this.#submit = submit;
  }

  /** Submits an item as soon as its lane has room; throws `INVALID_ARGUMENT` for an unknown lane. */
  add(item: Item, lane: string): void {
    const backlog = this.#backlogs.get(lane);
    if (backlog?.isFeeding) {
      backlog.items.push(item);
    } else if (this.#scheduler.hasRoom(lane)) {
      this.#submit(item, lane);
    } else {
      const fresh = { items: [item], isFeeding: true };
      this.#backlogs.set(lane, fresh);
      void this.#feed(fresh, lane);
    }
  }

  async #feed(backlog: Backlog<Item>, lane: string): Promise<void> {
    for (let next = 0; next < backlog.items.length; next++) {
      if (!this.#scheduler.hasRoom(lane)) await this.#scheduler.whenRoom(lane);
      this.#submit(backlog.items[next] as Item, lane);
    }
    backlog.isFeeding = false;
  }
}
