import { invalidArgument } from '../../core/errors.ts';

/** Which server a client speaks to, and how patiently. Durations in milliseconds. */
export interface RemoteRuntimeOptions {
  /** Address such as `http://127.0.0.1:8000`. Default: made of `host` and `port`. */
  readonly url?: string;
  /** Host, with or without `http://` or `https://`. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port; default: the one in `url` or `host`, else 8000. */
  readonly port?: number;
  /** The server's secret. Default: none is sent. */
  readonly token?: string;
  /** How long `isAlive` waits for an answer. Default 1,000. */
  readonly timeoutMs?: number;
  /** How long a connection may take to be made. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How often a call is tried again after a lost connection. Default 5. */
  readonly retries?: number;
  /** Pause before the second repeat; it doubles from there, the first comes at once. Default 50. */
  readonly retryDelayMs?: number;
  /** Certificate authority to trust for HTTPS, in PEM. Default: the system's. */
  readonly certificateAuthority?: string | Uint8Array;
}

/** The options with every default in place. */
export interface RemoteSettings {
  readonly url: URL;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly certificateAuthority: string | Uint8Array | undefined;
}

/** Fills in the defaults. @throws INVALID_ARGUMENT for an address that is none */
export function resolveRemote(options: RemoteRuntimeOptions): RemoteSettings {
  return {
    url: resolveUrl(options),
    token: options.token,
    timeoutMs: options.timeoutMs ?? 1_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    retries: options.retries ?? 5,
    retryDelayMs: options.retryDelayMs ?? 50,
    certificateAuthority: options.certificateAuthority,
  };
}

function resolveUrl({ url, host = '127.0.0.1', port }: RemoteRuntimeOptions): URL {
  const address = url ?? host;
  const complete = /^https?:\/\//.test(address) ? address : `http://${address}`;
  const resolved = URL.canParse(complete) ? new URL(complete) : undefined;
  if (resolved === undefined) throw invalidArgument(url === undefined ? 'host' : 'url', 'an address', address);
  if (port !== undefined) resolved.port = String(port);
  else if (url === undefined && !/:\d+$/.test(complete)) resolved.port = '8000';
  return resolved;
}
