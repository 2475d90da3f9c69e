import type { ErrorCode } from '../../core/error-codes.ts';
import { RexError } from '../../core/errors.ts';

/** Where everything beyond SWE-ReX lives. */
export const rexRoot = '/rex/v1';

/** Version of the routes under {@link rexRoot}. */
export const rexVersion = 1;

/** What a server of this version can do beyond SWE-ReX. */
export const rexFeatures = [
  'processes',
  'sessions',
  'files',
  'archives',
  'watch',
  'idempotency',
  'cancel',
  'metrics',
] as const;

/** Answer of `GET /rex/v1`. */
export interface Handshake {
  readonly protocol: 'hrm-rex';
  readonly version: number;
  readonly features: readonly string[];
  /** Changes at every start of the server: what an earlier one ran or kept is not known to this one. */
  readonly instance: string;
}

/** Names of HTTP headers, in lower case. */
export const wireHeaders = {
  /** The shared secret. */
  key: 'x-api-key',
  /** Identifies a call: its repeats get the first one's answer. */
  requestId: 'x-request-id',
  /** On a repeat, the {@link Handshake.instance} that the first attempt spoke to. */
  instance: 'x-rex-instance',
} as const;

/** A {@link RexError} as JSON. */
export interface RexErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly context: object;
    readonly hint?: string;
    readonly retryable: boolean;
  };
}

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHORIZED: 401,
  POLICY_DENIED: 403,
  PERMISSION_DENIED: 403,
  PATH_ESCAPE: 403,
  PROCESS_NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  SESSION_EXISTS: 409,
  SESSION_BUSY: 409,
  FILE_EXISTS: 409,
  PROCESS_ENDED: 409,
  OUTCOME_UNKNOWN: 409,
  LIMIT_EXCEEDED: 429,
  UNSUPPORTED: 501,
  RUNTIME_CLOSED: 503,
};

/** HTTP status of an error's answer: that of its code, 500 where none fits. */
export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}

/** The answer for an error: no stack, no cause. */
export function encodeError(error: unknown): RexErrorBody {
  return { error: asRexError(error).toJSON() };
}

/** The error itself where it is one of this package's, REMOTE_ERROR with its class and message otherwise. */
export function asRexError(error: unknown): RexError {
  if (RexError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const classPath = error instanceof Error ? error.name : typeof error;
  return new RexError('REMOTE_ERROR', message, { classPath, extraInfo: {} });
}

/** The error that a server encoded, or undefined for any other body. */
export function decodeError(body: unknown): RexError | undefined {
  const error = (body as Partial<RexErrorBody> | null)?.error;
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') return undefined;
  const options = {
    retryable: error.retryable === true,
    ...(typeof error.hint === 'string' ? { hint: error.hint } : {}),
  };
  return new RexError(error.code as ErrorCode, error.message, (error.context ?? {}) as never, options);
}
