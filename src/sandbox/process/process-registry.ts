import { RexError } from '../../core/errors.ts';
import type { Command } from './command.ts';
import type { RunningProcess } from './running-process.ts';

const keptAfterEnd = 64;

/** The processes of a runtime: those that run, and the last ones that ended, so that late readers find them. */
export class ProcessRegistry {
  readonly #running = new Set<RunningProcess>();
  readonly #kept = new Map<string, RunningProcess>();

  /** Ends with the runtime; the returned function says that it has ended. */
  track(started: RunningProcess): () => void {
    this.#running.add(started);
    return () => this.#running.delete(started);
  }

  /** Tracks a process and keeps it findable for a while after its end. */
  keep(started: RunningProcess): void {
    const untrack = this.track(started);
    this.#kept.set(started.id, started);
    void started.ended.then(() => {
      untrack();
      this.#forgetOldest();
    });
  }

  /** @throws PROCESS_NOT_FOUND */
  get(id: string): RunningProcess {
    const found = this.#kept.get(id);
    if (found) return found;
    const hint = 'Only spawned processes have an id, and only the last ones that ended are remembered.';
    throw new RexError('PROCESS_NOT_FOUND', `no process ${id}`, { id }, { hint });
  }

  /** Oldest first. */
  list(): { id: string; command: Command; pid: number; running: boolean }[] {
    return [...this.#kept.values()].map(({ id, command, pid, over }) => ({ id, command, pid, running: !over }));
  }

  /** Ends all that run. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((started) => started[Symbol.asyncDispose]()));
  }

  #forgetOldest(): void {
    const ended = [...this.#kept.values()].filter((started) => started.over);
    for (const started of ended.slice(0, -keptAfterEnd)) this.#kept.delete(started.id);
  }
}
