import { type Deferred, deferred } from '../../core/deferred.ts';
import type { ResourceUse } from './tool.ts';

/** Someone who waits for resources, or has them. */
interface Ticket {
  readonly uses: ReadonlyMap<string, ResourceUse['mode']>;
  /** Keys at which others are before it. */
  readonly blocked: Set<string>;
  readonly granted: Deferred<void>;
}

/**
 * Lets calls that share a resource run one after another, in the order in which they came; those that only read it run
 * together. A call joins the queues of all its resources at once, so no two wait for each other.
 */
export class ResourceLocks {
  readonly #queues = new Map<string, Ticket[]>();

  /** Waits for all of these, runs the action, and gives them back on every path. An abort ends the waiting. */
  async use<Value>(
    uses: readonly ResourceUse[],
    signal: AbortSignal,
    action: () => Value | Promise<Value>,
  ): Promise<Value> {
    if (uses.length === 0) return action();
    const ticket = this.#join(uses);
    try {
      if (ticket.blocked.size > 0) await untilGranted(ticket, signal);
      signal.throwIfAborted();
      return await action();
    } finally {
      this.#leave(ticket);
    }
  }

  #join(wanted: readonly ResourceUse[]): Ticket {
    const uses = new Map<string, ResourceUse['mode']>();
    for (const { key, mode } of wanted) if (uses.get(key) !== 'write') uses.set(key, mode);
    const ticket: Ticket = { uses, blocked: new Set(uses.keys()), granted: deferred<void>() };
    for (const key of uses.keys()) {
      const queue = this.#queues.get(key) ?? [];
      queue.push(ticket);
      this.#queues.set(key, queue);
      this.#grant(key, queue);
    }
    return ticket;
  }

  #leave(ticket: Ticket): void {
    for (const key of ticket.uses.keys()) {
      const queue = this.#queues.get(key) as Ticket[];
      queue.splice(queue.indexOf(ticket), 1);
      if (queue.length === 0) this.#queues.delete(key);
      else this.#grant(key, queue);
    }
  }

  /** The first of a queue may go on, and with a first reader all readers before the next writer. */
  #grant(key: string, queue: readonly Ticket[]): void {
    for (const [index, ticket] of queue.entries()) {
      const isWriter = ticket.uses.get(key) === 'write';
      if (isWriter && index > 0) return;
      ticket.blocked.delete(key);
      if (ticket.blocked.size === 0) ticket.granted.resolve();
      if (isWriter) return;
    }
  }
}

async function untilGranted({ granted }: Ticket, signal: AbortSignal): Promise<void> {
  // A signal of its own: many calls may wait under the one that was given.
  const own = AbortSignal.any([signal]);
  const onAbort = (): void => granted.reject(own.reason);
  own.addEventListener('abort', onAbort, { once: true });
  if (own.aborted) onAbort();
  try {
    await granted.promise;
  } finally {
    own.removeEventListener('abort', onAbort);
  }
}
