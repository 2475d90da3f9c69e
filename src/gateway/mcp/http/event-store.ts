import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

interface StoredEvent {
  readonly id: string;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** The last messages of one session, for clients that come back for what they missed. The oldest go first. */
export class BoundedEventStore implements EventStore {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #events = new Map<string, StoredEvent>();
  #bytes = 0;
  #count = 0;

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${stream}/${++this.#count}`;
    const bytes = JSON.stringify(message ?? null).length;
    this.#events.set(id, { id, stream, message, bytes });
    this.#bytes += bytes;
    while (this.#events.size > this.#maxEvents || (this.#bytes > this.#maxBytes && this.#events.size > 1)) {
      const oldest = this.#events.values().next().value as StoredEvent;
      this.#events.delete(oldest.id);
      this.#bytes -= oldest.bytes;
    }
    return id;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const stream = (await this.getStreamIdForEventId(lastId)) ?? '';
    const last = numberOf(lastId);
    for (const event of [...this.#events.values()]) {
      // An event without a message opens a stream and tells nothing.
      if (event.stream !== stream || numberOf(event.id) <= last || !hasContent(event.message)) continue;
      await send(event.id, event.message);
    }
    return stream;
  }
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

function hasContent(message: JSONRPCMessage): boolean {
  return message !== undefined && Object.keys(message).length > 0;
}
