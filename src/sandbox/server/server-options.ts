import { invalidArgument } from '../../core/errors.ts';
import { defaultMaxOutputBytes } from '../process/command.ts';

/** Certificate and key of an HTTPS server, in PEM. */
export interface ServerTls {
  readonly certificate: string | Uint8Array;
  readonly key: string | Uint8Array;
}

/** A failure that a handler did not foresee, told to `onError`. */
export interface UnexpectedFailure {
  readonly error: unknown;
  readonly method: string;
  readonly path: string;
  readonly requestId: string | undefined;
}

/** How a server listens, whom it lets in and what it refuses. Sizes in bytes, durations in milliseconds. */
export interface ServerOptions {
  /** Address to bind. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to bind; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** The secret that clients send as `X-API-Key`. Required unless `auth` is false. */
  readonly token?: string;
  /** With `false` anybody who reaches the port may run commands. Requests of browsers are refused then. */
  readonly auth?: false;
  /** Serves HTTPS with this certificate. Default: HTTP. */
  readonly tls?: ServerTls;
  /** Largest JSON body. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Largest streamed body: uploads and file contents. Default 16 GiB. */
  readonly maxUploadBytes?: number;
  /** How long a body may pause. Default 30,000. */
  readonly bodyTimeoutMs?: number;
  /** Sessions at once. Default 1,000. */
  readonly maxSessions?: number;
  /** One-off commands and followed processes at once. Default 1,000. */
  readonly maxProcesses?: number;
  /** Upper bound, and default, of every command's `maxOutputBytes`. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Closes a session that nobody has used for this long. Default: never. */
  readonly idleSessionTimeoutMs?: number;
  /** Cancels the commands of a client that vanished. Default false: they go on, and their answers wait. */
  readonly cancelOnDisconnect?: boolean;
  /** Time that a vanished client has to come back and ask again, before its command is cancelled. Default 2,000. */
  readonly disconnectGraceMs?: number;
  /** How many answers are kept for repeats of the same request. Default 1,000. */
  readonly maxKeptAnswers?: number;
  /** Size of all kept answers together. Default 64 MiB. */
  readonly maxKeptBytes?: number;
  /** How long an answer is kept. Default 600,000. */
  readonly maxKeptMs?: number;
  /** Time that calls in flight have to answer at `stop`. Default 2,000. */
  readonly stopGraceMs?: number;
  /** Told about failures that no handler foresaw. */
  readonly onError?: (failure: UnexpectedFailure) => void;
}

/** Every limit with its default in place. */
export type ServerLimits = Required<
  Omit<ServerOptions, 'host' | 'port' | 'token' | 'auth' | 'tls' | 'onError' | 'idleSessionTimeoutMs'>
> & { readonly idleSessionTimeoutMs: number | undefined };

const mebibyte = 1024 * 1024;

/** Fills in the defaults. @throws INVALID_ARGUMENT for a limit that is no positive number */
export function resolveLimits(options: ServerOptions): ServerLimits {
  const limits: ServerLimits = {
    maxBodyBytes: options.maxBodyBytes ?? 64 * mebibyte,
    maxUploadBytes: options.maxUploadBytes ?? 16 * 1024 * mebibyte,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 30_000,
    maxSessions: options.maxSessions ?? 1_000,
    maxProcesses: options.maxProcesses ?? 1_000,
    maxOutputBytes: options.maxOutputBytes ?? defaultMaxOutputBytes,
    idleSessionTimeoutMs: options.idleSessionTimeoutMs,
    cancelOnDisconnect: options.cancelOnDisconnect ?? false,
    disconnectGraceMs: options.disconnectGraceMs ?? 2_000,
    maxKeptAnswers: options.maxKeptAnswers ?? 1_000,
    maxKeptBytes: options.maxKeptBytes ?? 64 * mebibyte,
    maxKeptMs: options.maxKeptMs ?? 600_000,
    stopGraceMs: options.stopGraceMs ?? 2_000,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number' && !(value >= 0)) throw invalidArgument(name, 'a number that is not negative', value);
  }
  return limits;
}
