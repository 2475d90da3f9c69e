import { RexError } from '../../core/errors.ts';

/** Facts about a failed request. */
export interface ModelFailure {
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** The error of a model that gave no answer. */
export function modelFailed(model: string, reason: string, failure: ModelFailure = {}): RexError<'MODEL_FAILED'> {
  const { status, retryable = false, cause } = failure;
  return new RexError(
    'MODEL_FAILED',
    `${model}: ${reason}`,
    { model, reason, ...(status === undefined ? {} : { status }) },
    {
      retryable,
      cause,
      hint: retryable ? 'Asking again may help.' : 'Look at the model, its key and the request.',
    },
  );
}
