import { type Deferred, deferred } from '../../core/deferred.ts';
import { RexError } from '../../core/errors.ts';
import { withContext } from '../../orchestration/guards/guard.ts';
import type { Handler } from '../../orchestration/task/handler.ts';
import type { Agent } from '../agent/agent.ts';

/** What an agent is doing, so that it can be waited for and ended. */
export class Occupation {
  readonly handle: Handler;
  readonly #abort = new AbortController();
  #count = 0;
  #hasEnded = false;
  #idle: Deferred<void> | undefined;

  constructor({ spec, handle }: Agent) {
    this.handle = async (task, context) => {
      const { signal: end } = this.#abort;
      if (this.#hasEnded) throw retired(spec.name);
      this.#count += 1;
      try {
        const signal = AbortSignal.any([context.signal, end]);
        const outcome = await handle(task, withContext(context, { signal }));
        end.throwIfAborted();
        return outcome;
      } catch (error) {
        // An agent that is ended under its work fails, rather than being told to have been cancelled.
        throw end.aborted && !context.signal.aborted ? retired(spec.name) : error;
      } finally {
        this.#count -= 1;
        if (this.#count === 0) this.#idle?.resolve();
      }
    };
  }

  /** Tasks being done now. */
  get count(): number {
    return this.#count;
  }

  /** Takes no more work; resolves when nothing is being done any more. */
  async end(abort: boolean): Promise<void> {
    this.#hasEnded = true;
    if (abort) this.#abort.abort();
    if (this.#count === 0) return;
    this.#idle ??= deferred<void>();
    await this.#idle.promise;
  }
}

function retired(agent: string): RexError<'AGENT_RETIRED'> {
  return new RexError('AGENT_RETIRED', `the agent ${agent} was retired`, { agent }, { hint: 'Ask another agent.' });
}
