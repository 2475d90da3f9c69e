import { RexError } from '../../core/errors.ts';
import type { LocalProcess } from './local-process.ts';

const keptAfterEnd = 64;

/** The processes of a runtime: those that run, and the last ones that ended, so that late readers find them. */
export class ProcessRegistry<Process extends LocalProcess> {
  readonly #running = new Set<Process>();
  readonly #kept = new Map<string, Process>();

  /** Ends with the runtime; the returned function says that it has ended. */
  track(started: Process): () => void {
    this.#running.add(started);
    return () => this.#running.delete(started);
  }

  /** Tracks a process and keeps it findable for a while after its end. */
  keep(started: Process): void {
    const untrack = this.track(started);
    this.#kept.set(started.id, started);
    void started.wait().then(() => {
      untrack();
      this.#forgetOldest();
    });
  }

  /** @throws PROCESS_NOT_FOUND */
  get(id: string): Process {
    const found = this.#kept.get(id);
    if (found) return found;
    const hint = 'Only spawned processes have an id, and only the last ones that ended are remembered.';
    throw new RexError('PROCESS_NOT_FOUND', `no process ${id}`, { id }, { hint });
  }

  /** Oldest first. */
  list(): { id: string; command: Process['command']; pid: number; running: boolean }[] {
    return [...this.#kept.values()].map(({ id, command, pid, exit }) => ({ id, command, pid, running: !exit }));
  }

  /** Ends all that run. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((started) => started.end('close', {})));
  }

  #forgetOldest(): void {
    const ended = [...this.#kept.values()].filter((started) => started.exit);
    for (const started of ended.slice(0, -keptAfterEnd)) this.#kept.delete(started.id);
  }
}
