import type { AccessOptions } from './gatekeeper.ts';

/** How {@link serveMcpHttp} serves. Sizes in bytes, durations in milliseconds. */
export interface McpHttpOptions extends AccessOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Default `/mcp`. */
  readonly path?: string | undefined;
  /** Largest body of a request. Default 4 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Sessions at once. Default 100. */
  readonly maxSessions?: number | undefined;
  /** A session without a request or an open stream for this long is closed. Default 1,800,000. */
  readonly idleSessionMs?: number | undefined;
  /** Messages of a session that are kept for a client that comes back. Default 500, and 4 MiB. */
  readonly keptEvents?: number | undefined;
  /** Time after which a client that lost its stream comes back, as the server suggests it. Default 1,000. */
  readonly retryMs?: number | undefined;
}
