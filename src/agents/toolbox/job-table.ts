import { RexError } from '../../core/errors.ts';
import type { Job } from './job.ts';

const keptAfterEnd = 32;

/** The jobs of a toolbox by their ids. */
export class JobTable {
  readonly #jobs = new Map<string, Job>();
  #count = 0;

  /** An id that no job has had. */
  nextId(): string {
    return `job-${++this.#count}`;
  }

  add(job: Job): Job {
    this.#jobs.set(job.id, job);
    const ended = [...this.#jobs.values()].filter(({ running }) => !running);
    for (const { id } of ended.slice(0, -keptAfterEnd)) this.#jobs.delete(id);
    return job;
  }

  /** @throws PROCESS_NOT_FOUND */
  get(id: string): Job {
    const job = this.#jobs.get(id);
    if (job) return job;
    const known = [...this.#jobs.keys()];
    const hint = known.length === 0 ? 'No job has been started.' : `The jobs are: ${known.join(', ')}.`;
    throw new RexError('PROCESS_NOT_FOUND', `there is no job ${id}`, { id }, { hint });
  }

  list(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** Ends all of them. */
  async stopAll(): Promise<void> {
    await Promise.allSettled(this.list().map((job) => job.stop()));
  }
}
