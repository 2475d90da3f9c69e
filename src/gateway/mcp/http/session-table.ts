import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { randomId } from '../../../core/ids.ts';
import type { McpConnection, McpTransport } from '../adapter/connect-client.ts';
import type { McpProvider } from '../provider.ts';
import { BoundedEventStore } from './event-store.ts';

/** A client's session. */
interface HttpSession {
  readonly owner: string;
  readonly transport: StreamableHTTPServerTransport;
  readonly connection: McpConnection;
  /** Requests and streams that are open. */
  open: number;
  usedAt: number;
}

/** Bounds of sessions. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly idleSessionMs: number;
  readonly keptEvents: number;
  readonly maxBodyBytes: number;
  readonly retryMs: number;
}

const keptBytes = 4 * 1024 * 1024;

/** The sessions of an HTTP server: one transport and one connection each, on one provider. */
export class SessionTable {
  readonly #provider: McpProvider;
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, HttpSession>();
  #starting = 0;
  readonly #sweep: ReturnType<typeof setInterval>;

  constructor(provider: McpProvider, limits: SessionLimits) {
    this.#provider = provider;
    this.#limits = limits;
    this.#sweep = setInterval(() => this.#closeIdle(), Math.min(limits.idleSessionMs / 2, 60_000));
    this.#sweep.unref();
  }

  /** Whether a session is there, and this owner's: to others it does not exist. */
  has(id: string, owner: string): boolean {
    return this.#sessions.get(id)?.owner === owner;
  }

  get isFull(): boolean {
    return this.#sessions.size + this.#starting >= this.#limits.maxSessions;
  }

  /** Hands a request of a session to it. */
  async handle(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.#sessions.get(id) as HttpSession;
    session.open += 1;
    session.usedAt = Date.now();
    response.once('close', () => {
      session.open -= 1;
      session.usedAt = Date.now();
    });
    await session.transport.handleRequest(request, response);
  }

  /** Serves the first request of a client; a session is made when it is a proper beginning. */
  async begin(owner: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { keptEvents, maxBodyBytes, retryMs } = this.#limits;
    this.#starting += 1;
    let session: HttpSession | undefined;
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomId(32),
      onsessioninitialized: (id) => {
        if (session) this.#sessions.set(id, session);
      },
      eventStore: new BoundedEventStore(keptEvents, keptBytes),
      retryInterval: retryMs,
      maxRequestBodySize: maxBodyBytes,
    });
    try {
      const connection = await this.#provider.connect(transport as McpTransport, { owner });
      session = { owner, transport, connection, open: 0, usedAt: Date.now() };
      void connection.closed.then(() => this.#sessions.delete(transport.sessionId ?? ''));
      await transport.handleRequest(request, response);
      // What was no beginning of a session leaves nothing.
      if (transport.sessionId === undefined) await connection.close();
    } finally {
      this.#starting -= 1;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.allSettled([...this.#sessions.values()].map(({ connection }) => connection.close()));
    this.#sessions.clear();
  }

  #closeIdle(): void {
    const before = Date.now() - this.#limits.idleSessionMs;
    for (const { open, usedAt, connection } of this.#sessions.values()) {
      if (open === 0 && usedAt <= before) connection.close().catch(() => {});
    }
  }
}
