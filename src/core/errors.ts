import { type ErrorCode, type ErrorContexts, retryableCodes } from './error-codes.ts';

/** Marks errors of every copy of this package. */
const brand = Symbol.for('hrm-rex.error');

/** Optional parts of a {@link RexError}. */
export interface RexErrorOptions {
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Whether the same call can succeed later; the default depends on the code. */
  readonly retryable?: boolean;
}

/** Any {@link RexError}, as a union that narrows `context` by `code`. */
export type AnyRexError = { [Code in ErrorCode]: RexError<Code> }[ErrorCode];

/**
 * The one error class of this package.
 *
 * `code` is stable and decides the type of `context`; `hint` says what to do next; `retryable` says whether the same
 * call can succeed later. Use {@link RexError.is} instead of `instanceof`: it also recognises errors of another copy of
 * this package.
 */
export class RexError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'RexError';
  /** Stable identifier of what happened. */
  readonly code: Code;
  /** Facts about what happened; their type follows from `code`. */
  readonly context: ErrorContexts[Code];
  /** What the reader can do about it. */
  readonly hint: string | undefined;
  /** Whether the same call can succeed later. */
  readonly retryable: boolean;

  constructor(code: Code, message: string, context: ErrorContexts[Code], options: RexErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = context;
    this.hint = options.hint;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for an error of this package, of the given code if one is given. */
  static is<Code extends ErrorCode>(error: unknown, code: Code): error is RexError<Code>;
  static is(error: unknown): error is AnyRexError;
  static is(error: unknown, code?: ErrorCode): boolean {
    if (typeof error !== 'object' || error === null || !(brand in error)) return false;
    return code === undefined || (error as unknown as RexError).code === code;
  }

  /** Plain form for logs and wires: no stack, no cause. */
  toJSON(): { code: Code; message: string; context: ErrorContexts[Code]; hint?: string; retryable: boolean } {
    const { code, message, context, hint, retryable } = this;
    return hint === undefined ? { code, message, context, retryable } : { code, message, context, hint, retryable };
  }
}

/** The error for an argument that does not fit, quoting what came. */
export function invalidArgument(argument: string, expected: string, received: unknown): RexError<'INVALID_ARGUMENT'> {
  const shown = typeof received === 'string' ? JSON.stringify(received.slice(0, 200)) : describe(received);
  return new RexError('INVALID_ARGUMENT', `${argument}: expected ${expected}, got ${shown}`, {
    argument,
    expected,
    received: shown,
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? 'Object'})`;
}
