import { RexError } from '../../core/errors.ts';
import type { ShellSession } from './shell-session.ts';

/** The sessions of a runtime by name. A name is taken from the start's beginning to the shell's end. */
export class SessionRegistry {
  readonly #sessions = new Map<string, Promise<ShellSession> | ShellSession>();

  /** Starts a session under a name. @throws SESSION_EXISTS; a start that fails frees the name. */
  async add(name: string, start: (name: string) => Promise<ShellSession>): Promise<ShellSession> {
    if (this.#sessions.has(name)) {
      const hint = 'Use it with `runtime.session(name)`, close it first, or choose another name.';
      throw new RexError('SESSION_EXISTS', `session ${name} already exists`, { session: name }, { hint });
    }
    const starting = start(name);
    this.#sessions.set(name, starting);
    try {
      const session = await starting;
      this.#sessions.set(name, session);
      void session.closed.then(() => this.#free(name, session));
      return session;
    } catch (error) {
      this.#free(name, starting);
      throw error;
    }
  }

  /** @throws SESSION_NOT_FOUND */
  get(name: string): ShellSession {
    const found = this.#sessions.get(name);
    if (found && !(found instanceof Promise)) return found;
    const hint = 'Create it with `runtime.createSession({ session: name })`; a shell that exits loses its name.';
    throw new RexError('SESSION_NOT_FOUND', `session ${name} does not exist`, { session: name }, { hint });
  }

  /** Names of the sessions that are there. */
  names(): string[] {
    return [...this.#sessions].filter(([, session]) => !(session instanceof Promise)).map(([name]) => name);
  }

  /** Closes all, those that are still starting included. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].map(async (session) => {
        try {
          await (await session).close();
        } catch {}
      }),
    );
  }

  #free(name: string, session: Promise<ShellSession> | ShellSession): void {
    if (this.#sessions.get(name) === session) this.#sessions.delete(name);
  }
}
