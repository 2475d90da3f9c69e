import { RexError } from '../../../core/errors.ts';

/** The time that a start may take. */
export class StartDeadline {
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;

  constructor(timeoutMs: number, signal: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** Runs a part of the start. @throws DEPLOYMENT_START_FAILED when it takes too long */
  async run<Result>(start: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const reason = `no start within ${this.#timeoutMs} ms`;
    const hint = 'Raise `startupTimeoutMs`, or see what keeps the engine busy (`docker info`).';
    const context = { deployment: 'docker', reason };
    const expired = new RexError('DEPLOYMENT_START_FAILED', `the docker deployment did not start: ${reason}`, context, {
      hint,
      retryable: true,
    });
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(expired), this.#timeoutMs);
    try {
      return await start(AbortSignal.any([this.#signal, limit.signal]));
    } finally {
      clearTimeout(timer);
    }
  }
}
